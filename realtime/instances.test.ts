import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { RedisLog } from "./log/redis.ts";
import { draft, startRedis, type TestRedis, until } from "./log/testing.ts";
import {
  type Issuer,
  startIssuer,
  startTestServer,
  type TestClient,
  type TestServer,
} from "./testing.ts";

let redis: TestRedis;
let issuer: Issuer;
let one: TestServer, two: TestServer;

async function startInstance(): Promise<TestServer> {
  return await startTestServer({
    issuer,
    openLog: async (listener) => {
      const log = new RedisLog([redis.url], listener, () => {});
      await log.start();
      return log;
    },
  });
}

beforeAll(async () => {
  [redis, issuer] = await Promise.all([startRedis(), startIssuer()]);
  [one, two] = await Promise.all([startInstance(), startInstance()]);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await redis.stop();
  issuer.stop();
});

const received = ({ frames }: TestClient): string[] =>
  frames.flatMap((it) =>
    it.event === "new-message" ? `${it.offset} ${it.message.clientId}` : []
  );

test("both instances deliver everything once and in one order", async () => {
  const ann = await one.enter("ann", "order");
  const ben = await two.enter("ben", "order");
  for (let i = 0; i < 30; i += 1) {
    ann.chat("order", `a${i}`, "From one");
    ben.chat("order", `b${i}`, "From two");
  }
  await until(() => received(ann).length === 60 && received(ben).length === 60);
  expect(received(ann)).toEqual(received(ben));
  const offsets = received(ann).map((it) => Number(it.split(" ")[0]));
  expect(offsets).toEqual(offsets.map((_, i) => i + 1));
});

test("tells who is there across instances, until one is gone", async () => {
  const ann = await one.enter("ann", "people");
  const ben = await two.enter("ben", "people");
  await ann.next("presence", ({ online }) => online.length === 2);
  const late = await one.enter("cy", "people");
  const joined = late.frames.find((it) => it.event === "room-joined");
  expect(joined?.online.map(({ id }) => id)).toEqual(["ann", "ben", "cy"]);
  ben.send({ event: "typing", roomId: "people" });
  expect((await ann.next("typing")).sender.id).toBe("ben");
  ben.close();
  const left = await ann.next(
    "presence",
    ({ online }) => !online.some(({ id }) => id === "ben"),
  );
  expect(left.online).toHaveLength(2);
});

test("a removal on one instance closes the sockets of the other", async () => {
  const ben = await two.enter("ben", "removed");
  const answer = await one.call(
    "/rooms/removed/membership",
    await issuer.serviceToken(),
    { method: "POST", body: JSON.stringify({ userId: "ben", removed: true }) },
  );
  expect(answer.status).toBe(204);
  expect((await ben.closed).code).toBe(4403);
});

/** Stores an entry as the script would, without the publish. */
async function storeSilently(room: string, epoch: string, offset: number) {
  const raw = new Redis(redis.url);
  const key = (name: string) => `chatsphere:{${room}}:${name}`;
  const { kind, body } = draft(room, "silent");
  await raw.xadd(key("log"), `${offset}-${epoch}`, kind, body);
  await raw.hset(key("meta"), "offset", offset);
  raw.disconnect();
}

test("a publish that was lost is found by the next one and filled", async () => {
  const ann = await one.enter("ann", "lost");
  ann.chat("lost", "c1", "Heard");
  await ann.next("new-message");
  const { epoch } = ann.frames.find((it) => it.event === "new-message") ?? {};
  await storeSilently("lost", epoch ?? "", 2);
  ann.chat("lost", "c3", "Heard again");
  await until(() => received(ann).length === 3);
  expect(received(ann)).toEqual(["1 c1", "2 silent", "3 c3"]);
});

test(
  "after Redis is killed and back, all is delivered and nothing twice",
  async () => {
    const ann = await one.enter("ann", "restart");
    const ben = await two.enter("ben", "restart");
    ann.chat("restart", "c1", "Before");
    await until(() => received(ben).length === 1);
    await redis.kill();
    ann.chat("restart", "c2", "While it is away");
    await redis.start();
    const answered = () =>
      ann.frames.some((it) =>
        (it.event === "message-ack" && it.clientId === "c2") ||
        (it.event === "error" && it.ref === "c2")
      );
    await until(answered);
    ann.chat("restart", "c2", "While it is away");
    ben.chat("restart", "c3", "After");
    await until(() => received(ann).length === 3 && received(ben).length === 3);
    expect(received(ann)).toEqual(received(ben));
    const ids = received(ann).map((it) => it.split(" ")[1]);
    expect(ids.toSorted()).toEqual(["c1", "c2", "c3"]);
  },
  20_000,
);

test("a log that lost entries begins a new epoch", async () => {
  const ann = await one.enter("ann", "epoch");
  for (const id of ["c1", "c2", "c3"]) ann.chat("epoch", id, "Old");
  await until(() => received(ann).length === 3);
  const before = ann.frames.find((it) => it.event === "new-message");
  const raw = new Redis(redis.url);
  const key = (name: string) => `chatsphere:{epoch}:${name}`;
  await raw.hset(key("meta"), "offset", 1);
  await raw.del(key("sent"));
  await raw.xdel(
    key("log"),
    `2-${before?.epoch}`,
    `3-${before?.epoch}`,
  );
  await raw.call("XSETID", key("log"), `1-${before?.epoch}`);
  raw.disconnect();
  ann.chat("epoch", "c4", "New");
  const ack = await ann.next(
    "message-ack",
    ({ clientId }) => clientId === "c4",
  );
  expect(ack.offset).toBe(2);
  const since = { epoch: before?.epoch ?? "", offset: 3 };
  const joined = await ann.join("epoch", since);
  expect(joined.recovered).toBe(false);
  expect(joined.epoch).not.toBe(since.epoch);
  expect(joined.messages.map(({ clientId }) => clientId)).toEqual(["c1", "c4"]);
});
