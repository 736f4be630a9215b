import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenVerifier } from "./auth.ts";
import { readConfig } from "./config.ts";
import { SqliteLog } from "./log/sqlite.ts";
import { type Realtime, startServer } from "./server.ts";
import { type Issuer, startIssuer, TestClient } from "./testing.ts";

let issuer: Issuer;
let server: Realtime;
const folder = mkdtempSync(join(tmpdir(), "realtime-"));

beforeAll(async () => {
  issuer = await startIssuer();
  const config = readConfig({ APP_URL: issuer.url, DATA_DIR: folder });
  server = await startServer({ ...config, port: 0 }, {
    openLog: (listener) => new SqliteLog(folder, listener),
    verify: tokenVerifier(issuer.url),
    logger: () => {},
  });
});

afterAll(async () => {
  await server.drain();
  issuer.stop();
  rmSync(folder, { recursive: true });
});

async function enter(user: string, ...rooms: string[]): Promise<TestClient> {
  const client = new TestClient(server.port);
  const roles = Object.fromEntries(rooms.map((id) => [id, "member" as const]));
  await client.identify(await issuer.personToken(user, roles));
  for (const room of rooms) await client.join(room);
  return client;
}

test("what one sends is acknowledged and reaches the other once", async () => {
  const ann = await enter("ann", "first"), ben = await enter("ben", "first");
  ann.chat("first", "c1", "Hello");
  const ack = await ann.next("message-ack");
  const { message } = await ben.next("new-message");
  expect(message).toEqual({
    id: ack.id,
    clientId: "c1",
    sender: { id: "ann", name: "Name of ann" },
    content: "Hello",
    timestamp: ack.timestamp,
    offset: 1,
  });
  ann.chat("first", "c1", "Hello again");
  const again = await ann.next("message-ack");
  expect(again).toEqual(ack);
  ann.close();
  ben.close();
});
