import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { RedisLog } from "./log.ts";
import { Appends } from "./appends.ts";
import { connect, connectSubscriber } from "./client.ts";
import { roomKey } from "./keys.ts";
import { Watches } from "./watches.ts";
import {
  draft,
  Recorder,
  startRedis,
  type TestRedis,
  until,
} from "../testing.ts";

let redis: TestRedis;
let raw: Redis;
const one = { recorder: new Recorder() } as Instance;
const two = { recorder: new Recorder() } as Instance;

interface Instance {
  recorder: Recorder;
  log: RedisLog;
}

beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.url);
  for (const instance of [one, two]) {
    instance.log = new RedisLog([redis.url], instance.recorder, () => {});
    await instance.log.start();
  }
});
afterAll(async () => {
  await one.log.close();
  await two.log.close();
  raw.disconnect();
  await redis.stop();
});

const heard = ({ recorder }: Instance, room: string) =>
  recorder.heard.flatMap(([id, { offset }]) => id === room ? [offset] : []);

async function commands(name: string): Promise<number> {
  const info = await raw.info("commandstats");
  return Number(
    new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(info)?.[1] ?? 0,
  );
}

test("what nobody else hears is not published, and from when somebody does it is", async () => {
  await one.log.watch("shared");
  const before = await commands("spublish");
  await one.log.append(draft("shared", "c1"));
  await one.log.append(draft("shared", "c2"));
  expect(heard(one, "shared")).toEqual([1, 2]);
  expect(await commands("spublish")).toBe(before);
  await two.log.watch("shared");
  await one.log.append(draft("shared", "c3"));
  await until(() => heard(two, "shared").length === 1);
  await two.log.append(draft("shared", "c4"));
  await until(() => heard(one, "shared").length === 4);
  expect(heard(one, "shared")).toEqual([1, 2, 3, 4]);
  expect(heard(two, "shared")).toEqual([3, 4]);
});

test("what every instance hears is nobody's to announce, and all else is the writer's", async () => {
  const told = ({ recorder }: Instance, of: "own" | "byAll") =>
    recorder[of].flatMap(([id, offset]) => id === "all" ? [offset] : []);
  await one.log.append(draft("all", "c1"));
  await one.log.watch("all");
  await one.log.append(draft("all", "c2"));
  await two.log.watch("all");
  await one.log.append(draft("all", "c3"));
  await two.log.append(draft("all", "c4"));
  await until(() => [one, two].every((it) => told(it, "byAll").length === 2));
  // Nobody reads it on two any more, and Redis has not heard so yet.
  two.log.unwatch("all");
  await one.log.append(draft("all", "c5"));
  // A third one, which does not have the room open.
  const third = new Recorder();
  const log = new RedisLog([redis.url], third, () => {});
  await log.start();
  await two.log.watch("all");
  await one.log.append(draft("all", "c6"));
  await log.close();
  await until(() => heard(two, "all").includes(6));
  const own = told(one, "own"), byAll = told(one, "byAll");
  expect([...own, ...byAll].toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(own).toEqual(expect.arrayContaining([1, 2, 6]));
  expect(told(two, "byAll")).toEqual(byAll);
  expect(told(two, "own")).toEqual([]);
  expect(third.own.concat(third.byAll)).toEqual([]);
});

test("one that writes and has lost its subscription does not count as one that hears", async () => {
  const client = connect([redis.url], () => {});
  const subscriber = connectSubscriber(client, () => {});
  const watches = new Watches(subscriber, new Recorder());
  const never = () => Promise.reject(new Error("Nothing is repeated here."));
  const appends = new Appends(client, watches, never, () => {});
  await watches.start();
  await watches.watch("cut");
  await two.log.watch("cut");
  // As when the connection breaks and this end does not know yet.
  await subscriber.sunsubscribe(watches.anchor, roomKey("cut", "live"));
  expect(watches.watched("cut").confirmed).toBe(true);
  await new Promise((resolve, reject) => {
    const waiter = { resolve, reject };
    appends.add({ entry: draft("cut", "c1"), waiter });
  });
  await until(() => heard(two, "cut").length === 1);
  subscriber.disconnect();
  client.disconnect();
});
