import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { entryId } from "../log/entry.ts";
import { amendmentEntry } from "../log/making.ts";
import { draft, startRedis, type TestRedis } from "../log/testing.ts";
import { openRedis } from "../log/testing-stores.ts";
import type { HistoryPage } from "../protocol-http.ts";
import {
  startTestServer,
  type TestClient,
  type TestServer,
} from "./testing.ts";

let redis: TestRedis, raw: Redis, server: TestServer;
beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.url);
  server = await startTestServer({
    openLog: (listener) => openRedis([redis.url], listener),
  });
});
afterAll(async () => {
  raw.disconnect();
  await server.stop();
  await redis.stop();
});

/** Sends, and gives what came back for it: the acknowledgement or the error. */
async function say(client: TestClient, room: string, clientId: string) {
  const from = client.frames.length;
  client.chat(room, clientId, `Text of ${clientId}`);
  for (;;) {
    const answer = client.frames.slice(from).find((it) =>
      (it.event === "message-ack" && it.clientId === clientId) ||
      (it.event === "error" && it.ref === clientId)
    );
    if (answer) return answer;
    await Bun.sleep(2);
  }
}

async function historyOf(room: string): Promise<string[]> {
  const token = await server.issuer.personToken("ann", { [room]: "member" });
  const answer = await server.call(`/rooms/${room}/messages`, token);
  expect(answer.status).toBe(200);
  const { messages } = await answer.json() as HistoryPage;
  return messages.map(({ clientId }) => clientId);
}

const RETRYABLE = {
  event: "error",
  code: "store-unavailable",
  retryable: true,
} as const;

/** Writes fail for a while: whoever is here learns it, and can read on all the time. */
async function survives(
  room: string,
  breakIt: () => Promise<unknown>,
  mendIt: () => Promise<unknown>,
): Promise<void> {
  const ann = await server.enter("ann", room);
  expect(await say(ann, room, "c1")).toMatchObject({ event: "message-ack" });
  await breakIt();
  expect(await say(ann, room, "c2")).toMatchObject(RETRYABLE);
  const token = await server.issuer.personToken("ann", { [room]: "member" });
  const post = await server.call(`/rooms/${room}/messages`, token, {
    method: "POST",
    body: JSON.stringify({ clientId: "c9", content: "By HTTP" }),
  });
  expect(post.status).toBe(503);
  ann.send({ event: "read", roomId: room, offset: 1 });
  expect(await ann.next("error", ({ ref }) => ref === "read"))
    .toMatchObject(RETRYABLE);
  expect(await historyOf(room)).toEqual(["c1"]);
  const late = await server.enter("ben", room);
  const joined = late.frames.find((it) => it.event === "room-joined");
  expect(joined?.messages).toHaveLength(1);
  await mendIt();
  expect(await say(ann, room, "c2"))
    .toMatchObject({ event: "message-ack", offset: 2 });
  expect(await say(ann, room, "c2"))
    .toMatchObject({ event: "message-ack", offset: 2 });
  await late.next("new-message", ({ offset }) => offset === 2);
  expect(await historyOf(room)).toEqual(["c1", "c2"]);
  ann.close();
  late.close();
}

test("out of memory: writes fail and can be tried again, reads go on", () =>
  survives(
    "memory",
    () => raw.config("SET", "maxmemory", "1"),
    () => raw.config("SET", "maxmemory", "0"),
  ));

test("a read-only replica: writes fail and can be tried again, reads go on", () =>
  survives(
    "replica",
    () => raw.replicaof("127.0.0.1", "1"),
    () => raw.replicaof("NO", "ONE"),
  ));

test("a key of the wrong type breaks its own room and no other", async () => {
  await raw.set("chatsphere:{broken}:log", "not a stream");
  const ann = await server.enter("ann", "sound");
  const token = await server.issuer.personToken("ann", {
    sound: "member",
    broken: "member",
  });
  await ann.identify(token);
  ann.send({ event: "join-room", roomId: "broken" });
  expect(await ann.next("error")).toMatchObject(RETRYABLE);
  const answers = await Promise.all([
    say(ann, "broken", "c1"),
    say(ann, "sound", "c2"),
    say(ann, "broken", "c3"),
    say(ann, "sound", "c4"),
  ]);
  expect(answers).toMatchObject([
    RETRYABLE,
    { event: "message-ack", offset: 1 },
    RETRYABLE,
    { event: "message-ack", offset: 2 },
  ]);
  const history = await server.call("/rooms/broken/messages", token);
  expect(history.status).toBe(503);
  await raw.del("chatsphere:{broken}:log");
  expect(await say(ann, "broken", "c1")).toMatchObject({ offset: 1 });
});

test("a state of the wrong type takes nothing that was not stored", async () => {
  const ann = await server.enter("ann", "state");
  await raw.set("chatsphere:{state}:meta", "not a hash");
  expect(await say(ann, "state", "c1")).toMatchObject(RETRYABLE);
  await raw.del("chatsphere:{state}:meta");
  expect(await historyOf("state")).toEqual([]);
  expect(await say(ann, "state", "c1")).toMatchObject({ offset: 1 });
});

test("deleting with an index of the wrong type leaves the room as it was", async () => {
  const { log } = server.hub;
  const [first] = await Promise.all(
    ["c1", "c2"].map((id) => log.append(draft("amends", id))),
  );
  const id = entryId(first?.epoch ?? "", 1);
  const message = await log.find("amends", id);
  if (!message) throw new Error("no such message");
  const sender = { id: "ann", name: "ann" };
  const change = (kind: "e" | "d", clientId: string) => {
    const origin = { roomId: "amends", clientId, sender, timestamp: 2_000 };
    const what = kind === "d" ? { kind } : { kind, content: "Changed" };
    return log.append(amendmentEntry(origin, message, what as { kind: "d" }));
  };
  await raw.set("chatsphere:{amends}:erased", "not a set");
  await raw.set("chatsphere:{amends}:amends", "not a set");
  // One batch, so that an error in its middle would undo the beginning.
  await Promise.all([
    log.append(draft("amends", "c3")),
    change("e", "x1"),
    change("d", "x2"),
    log.append(draft("amends", "c4")),
  ]);
  await raw.del("chatsphere:{amends}:erased", "chatsphere:{amends}:amends");
  expect(await log.append(draft("amends", "c5"))).toMatchObject({ offset: 7 });
  const { entries } = await log.read("amends", 0, 10);
  expect(entries.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("a room that cannot be made yet is not shown as one of another epoch", async () => {
  const token = await server.issuer.personToken("ann", { unmade: "member" });
  await raw.config("SET", "maxmemory", "1");
  const answer = await server.call("/rooms/unmade/messages", token);
  await raw.config("SET", "maxmemory", "0");
  expect(answer.status).toBe(503);
  const ann = await server.enter("ann", "unmade");
  const joined = ann.frames.find((it) => it.event === "room-joined");
  ann.chat("unmade", "c1", "First");
  expect((await ann.next("new-message")).epoch).toBe(joined?.epoch ?? "");
});
