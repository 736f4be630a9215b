import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { LogListener } from "../log/log.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import { draft, until } from "../log/testing.ts";
import { eachStore } from "../log/testing-stores.ts";
import {
  startTestServer,
  type TestClient,
  type TestServer,
} from "./testing.ts";

eachStore("the echo as acknowledgement", (openLog) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      openLog,
      messageRate: 1_000,
      messageBurst: 10_000,
    });
  });
  afterAll(() => server.stop());

  test("no acknowledgement follows an entry that came back", async () => {
    const ann = await server.connect("ann", "first");
    await ann.join("first", undefined, true);
    for (let i = 0; i < 20; i += 1) ann.chat("first", `c${i}`, "Hello");
    const { message: { id } } = await ann.next("new-message");
    const edit = { event: "edit-message", roomId: "first", id, content: "!" };
    ann.send({ ...edit, clientId: "edit" });
    await ann.next("message-edited");
    const first = acks(ann);
    // What is repeated does not come back, and so it is acknowledged.
    ann.chat("first", "c0", "Hello");
    await ann.next("message-ack", ({ offset }) => offset === 1);
    expect(acks(ann)).toEqual([...first, "c0"]);
    // A store that others hear as well may answer before the room does.
    if (server.hub.log.store === "sqlite") expect(first).toEqual([]);
  });

  test("what does not come back is acknowledged", async () => {
    const ann = await server.connect("ann", "open", "other");
    await ann.join("open", undefined, true);
    ann.chat("other", "c1", "Into a room that is not open");
    await ann.next("message-ack", ({ clientId }) => clientId === "c1");
    ann.send({ event: "leave-room", roomId: "open" });
    ann.chat("open", "c2", "Into a room that was left");
    await ann.next("message-ack", ({ clientId }) => clientId === "c2");
    await ann.join("open");
    ann.chat("open", "c3", "Into a room joined without it");
    await ann.next("message-ack", ({ clientId }) => clientId === "c3");
  });

  const step = fc.constantFrom(
    "chat",
    "chat",
    "again",
    "echo",
    "acks",
    "leave",
  );

  test("one way or the other, everything sent is answered", async () => {
    let count = 0;
    const run = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      async (steps) => {
        const roomId = `random${(count += 1)}`;
        const [ann, ben] = [
          await server.connect("ann", roomId),
          await server.connect("ben", roomId),
        ];
        let sent = 0;
        for (const step of steps) {
          ben.chat(roomId, `b${crypto.randomUUID()}`, "In between");
          if (step === "chat") sent += 1;
          if (step === "leave") ann.send({ event: "leave-room", roomId });
          else if (step === "echo" || step === "acks") {
            ann.send({ event: "join-room", roomId, echo: step === "echo" });
          } else if (sent > 0) ann.chat(roomId, `c${sent}`, "Once");
        }
        await until(() => answered(ann).size === sent);
        ann.close();
        ben.close();
      },
    );
    await fc.assert(run, { numRuns: 30 });
  }, 20_000);
});

test("what the store answers before the room has it is acknowledged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "echo-"));
  const held: (() => void)[] = [];
  const server = await startTestServer({
    openLog: (hub) => {
      const late: LogListener = {
        entries: (...told) => void held.push(() => hub.entries(...told)),
        signal: (...told) => hub.signal(...told),
        appended: (...told) => hub.appended(...told),
        heardByAll: (...told) => hub.heardByAll(...told),
        announced: (...told) => hub.announced(...told),
        signedOut: (...told) => hub.signedOut(...told),
        membersChanged: (...told) => hub.membersChanged(...told),
        reconnected: () => hub.reconnected(),
      };
      return Promise.resolve(new SqliteLog(folder, late));
    },
  });
  const ann = await server.enter("ann", "r");
  await ann.join("r", undefined, true);
  ann.chat("r", "c1", "Hello");
  await ann.next("message-ack");
  held.forEach((tell) => tell());
  expect((await ann.next("new-message")).message.clientId).toBe("c1");
  await server.stop();
  rmSync(folder, { recursive: true });
});

test("what a room was told before somebody left reaches them", async () => {
  const server = await startTestServer();
  const ann = await server.enter("ann", "r", "other");
  const { epoch } = await ann.join("r", undefined, true);
  const [connection] = [...server.hub.connections];
  // More than one turn publishes: what follows waits.
  server.hub.publishQueue.send("nobody", "x".repeat(600_000));
  server.hub.entries("r", [{ epoch, offset: 1, ...draft("r", "c1") }]);
  expect(server.hub.publishQueue.waiting).toBe(1);
  connection?.removedFrom("r");
  expect((await ann.next("new-message")).message.clientId).toBe("c1");
  await server.stop();
});

const acks = ({ frames }: TestClient): string[] =>
  frames.flatMap((it) => it.event === "message-ack" ? it.clientId : []);

/** The clientIds of Ann's that she was told are stored. */
function answered(ann: TestClient): Set<string> {
  const shown = ann.frames.flatMap((it) =>
    it.event === "new-message"
      ? it.message
      : it.event === "room-joined"
      ? it.messages
      : []
  ).filter(({ sender }) => sender.id === "ann");
  return new Set([...acks(ann), ...shown.map(({ clientId }) => clientId)]);
}
