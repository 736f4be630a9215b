import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { lineOf } from "../log/lines.ts";
import { draft, until } from "../log/testing.ts";
import { openRedis } from "../log/testing-stores.ts";
import type { RoomSummary } from "../protocol.ts";
import type { SearchPage } from "../protocol-http.ts";
import {
  type Issuer,
  startIssuer,
  startTestServer,
  TestClient,
  type TestServer,
} from "./testing.ts";
import { Follower } from "./testing-follower.ts";
import { oneRedis, type Store, threeNodes } from "./testing-instances.ts";

describe("two instances over one Redis", () => contract(oneRedis));
describe("two instances over a cluster", () => contract(threeNodes));

const received = ({ frames }: TestClient): string[] =>
  frames.flatMap((it) =>
    it.event === "new-message" ? `${it.offset} ${it.message.clientId}` : []
  );

/** Sends as the product does: again under the same clientId until it is acknowledged. */
async function persist(
  client: TestClient,
  roomId: string,
  clientId: string,
  content: string,
): Promise<void> {
  let acked = false;
  while (!acked) {
    const { length } = client.frames;
    client.chat(roomId, clientId, content);
    await until(() =>
      client.frames.slice(length).some((frame) => {
        if (frame.event === "message-ack" && frame.clientId === clientId) {
          acked = true;
        }
        return acked || (frame.event === "error" && frame.ref === clientId);
      })
    );
    if (!acked) await Bun.sleep(50);
  }
}

function contract(startStore: () => Promise<Store>): void {
  let store: Store;
  let issuer: Issuer;
  let one: TestServer, two: TestServer;

  const startInstance = () =>
    startTestServer({
      issuer,
      openLog: (listener) => openRedis(store.urls, listener),
    });

  beforeAll(async () => {
    [store, issuer] = await Promise.all([startStore(), startIssuer()]);
    [one, two] = await Promise.all([startInstance(), startInstance()]);
  }, 20_000);
  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
    store.raw.disconnect();
    await store.stop();
    issuer.stop();
  });

  test("both instances deliver everything once and in one order", async () => {
    const ann = await one.enter("ann", "order");
    const ben = await two.enter("ben", "order");
    for (let i = 0; i < 30; i += 1) {
      ann.chat("order", `a${i}`, "From one");
      ben.chat("order", `b${i}`, "From two");
    }
    await until(() =>
      received(ann).length === 60 && received(ben).length === 60
    );
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
    const list = issuer.membership.remove("removed", "ben");
    const answer = await one.handOver("removed", list);
    expect(answer.status).toBe(204);
    expect((await ben.closed).code).toBe(4403);
  });

  test("a feed hears what happens on the other instance, and who joins there", async () => {
    const { membership } = issuer;
    const ann = await two.enter("ann", "elsewhere");
    await two.handOver("fed", membership.add("fed", "ben"));
    await one.handOver("fed", membership.add("fed", "ann"));
    expect(await ann.next("membership")).toMatchObject({ roomId: "fed" });
    ann.send({ event: "summaries", rooms: ["fed"] });
    await ann.next("summaries");
    const ben = await one.enter("ben", "fed");
    for (let i = 1; i <= 3; i += 1) ben.chat("fed", `f${i}`, `Text ${i}`);
    let offset = 0;
    while (offset < 3) {
      const news = await ann.next("room-news");
      expect(news.after).toBe(offset);
      offset = news.offset;
    }
    const phone = await one.enter("ann", "fed");
    phone.send({ event: "read", roomId: "fed", offset: 2 });
    expect(await ann.next("read")).toMatchObject({ roomId: "fed", offset: 2 });
    await one.handOver("fed", membership.remove("fed", "ann"));
    expect(await ann.next("membership")).toMatchObject({ removed: true });
  });

  test("of a room open on both instances feeds hear from what was delivered", async () => {
    const { membership } = issuer;
    for (const who of ["ann", "ben"]) {
      await one.handOver("both", membership.add("both", who));
    }
    const [ann, ben] = [
      await one.enter("ann", "both"),
      await two.enter("ben", "both"),
    ];
    // Their telephones do not have it open.
    const phones = [
      await one.connect("ann", "both"),
      await two.connect("ben", "both"),
    ];
    for (const phone of phones) {
      phone.send({ event: "summaries", rooms: ["both"] });
      await phone.next("summaries");
    }
    const announced: string[] = [];
    for (const { hub } of [one, two]) {
      const { announced: hear } = hub;
      hub.announced = (text) => {
        announced.push(text);
        hear.call(hub, text);
      };
    }
    ann.chat("both", "a1", "From one");
    await ben.next("new-message");
    ben.chat("both", "b1", "From two");
    for (const phone of phones) {
      for (let offset = 0; offset < 2;) {
        const news = await phone.next("room-news");
        expect(news.after).toBe(offset);
        offset = news.offset;
      }
    }
    const news = announced.filter((text) => text.includes("From"));
    if (store.raw instanceof Redis) expect(news).toEqual([]);
    else expect(news).not.toEqual([]);
    for (const { hub } of [one, two]) Reflect.deleteProperty(hub, "announced");
  });

  test(
    "a feed under load misses nothing that either instance stores, and counts nothing twice",
    async () => {
      const { membership } = issuer;
      const rooms = Array.from({ length: 20 }, (_, i) => `busy${i}`);
      for (const room of rooms) {
        membership.add(room, "reader");
        await one.handOver(room, membership.add(room, "writer"));
      }
      const reader = await two.connect("reader", ...rooms);
      const follower = new Follower(reader, "reader");
      reader.send({ event: "summaries", rooms });
      await reader.next("summaries");
      await Promise.all([one, two].map(async ({ hub }, of) => {
        for (let i = 0; i < 15; i += 1) {
          const append = (room: string) =>
            hub.log.append(draft(room, `${of} ${i}`, `Text ${i}`, "writer"));
          await Promise.all(rooms.map(append));
        }
      }));
      const unread = () =>
        rooms.map((room) => follower.state.rooms[room]?.unread ?? 0);
      while (unread().some((count) => count < 30)) {
        // What came in another order, or not at all, it asks for.
        follower.step();
        await Bun.sleep(100);
      }
      expect(unread()).toEqual(rooms.map(() => 30));
    },
    60_000,
  );

  test("a sign-out on one instance ends the session on the other, and on one started later", async () => {
    const member = { signed: "member" } as const;
    const token = await issuer.personToken("cy", member, { sid: "s1" });
    const here = new TestClient(two.port);
    await here.identify(token);
    const answer = await one.call("/sessions", await issuer.serviceToken(), {
      method: "POST",
      body: JSON.stringify({ userId: "cy", sid: "s1" }),
    });
    expect(answer.status).toBe(204);
    expect((await here.closed).code).toBe(4401);
    const three = await startInstance();
    expect((await three.call("/summaries", token)).status).toBe(401);
    await three.stop();
  });

  /** Stores an entry as the script would, without the publish. */
  async function storeSilently(room: string, epoch: string, offset: number) {
    const key = (name: string) => `chatsphere:{${room}}:${name}`;
    const entry = draft(room, "silent");
    const id = `${offset}-${epoch}`;
    await store.raw.xadd(key("log"), id, entry.kind, lineOf(entry));
    await store.raw.hset(key("meta"), "offset", offset);
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

  test("a publish that was lost and has no successor is found by looking", async () => {
    const ann = await one.enter("ann", "silence");
    ann.chat("silence", "c1", "Heard");
    const { epoch } = await ann.next("new-message");
    await storeSilently("silence", epoch, 2);
    await one.hub.checkPositions();
    await ann.next("new-message", ({ offset }) => offset === 2);
    expect(await ann.next("room-activity")).toMatchObject({ offset: 2 });
    expect(received(ann)).toEqual(["1 c1", "2 silent"]);
  });

  test("an instance hears only of rooms that someone there has open", async () => {
    const heard: string[] = [];
    const { hub } = two;
    const entries = hub.entries.bind(hub);
    hub.entries = (roomId, list) => {
      heard.push(roomId);
      entries(roomId, list);
    };
    const before = hub.openRooms;
    const ben = await two.enter("ben", "heard");
    const ann = await one.enter("ann", "unheard", "heard");
    ann.chat("unheard", "c1", "Not for two");
    ann.chat("heard", "c1", "For two");
    await ben.next("new-message");
    expect(heard).toEqual(["heard"]);
    ben.send({ event: "leave-room", roomId: "heard" });
    await until(() => hub.openRooms === before);
    ann.chat("heard", "c2", "Not for two");
    await ann.next("message-ack", ({ clientId }) => clientId === "c2");
    expect(heard).toEqual(["heard"]);
    hub.entries = entries;
  });

  test("what one device has read, the others know, and how much is left", async () => {
    const ben = await one.enter("ben", "devices");
    const desk = await one.enter("ann", "devices");
    const phone = await two.enter("ann", "devices");
    for (let i = 1; i <= 5; i += 1) ben.chat("devices", `c${i}`, "Hello");
    await phone.next("new-message", ({ offset }) => offset === 5);
    const token = await issuer.personToken("ann", { devices: "member" });
    const summary = async ({ call }: TestServer): Promise<RoomSummary> => {
      const answer = await call("/summaries?rooms=devices", token);
      const { rooms } = await answer.json() as {
        rooms: Record<string, RoomSummary>;
      };
      return rooms.devices as RoomSummary;
    };
    expect(await summary(two)).toMatchObject({ read: 0, unread: 5 });
    phone.send({ event: "read", roomId: "devices", offset: 3 });
    expect(await desk.next("read")).toMatchObject({ offset: 3 });
    expect(await summary(one)).toMatchObject({ read: 3, unread: 2 });
    // The desk was behind: what it says late does not count.
    desk.send({ event: "read", roomId: "devices", offset: 1 });
    expect(await phone.next("read")).toMatchObject({ offset: 3 });
    expect(await phone.next("read")).toMatchObject({ offset: 3 });
    expect(await phone.join("devices")).toMatchObject({ offset: 5, read: 3 });
    expect(ben.frames.some(({ event }) => event === "read")).toBe(false);
  });

  test("finds text, and ends a room for the other instance's sockets", async () => {
    const ben = await two.enter("ben", "ending");
    ben.chat("ending", "c1", "A needle");
    ben.chat("ending", "c2", "Hay");
    await ben.next("message-ack", ({ clientId }) => clientId === "c2");
    const token = await issuer.personToken("ben", { ending: "member" });
    const terms = [{ text: "needle", whole: false }];
    const answer = await one.call("/search", token, {
      method: "POST",
      body: JSON.stringify({ rooms: ["ending"], terms }),
    });
    const { messages } = await answer.json() as SearchPage;
    expect(messages.map(({ clientId }) => clientId)).toEqual(["c1"]);
    const ended = await one.handOver("ending", issuer.membership.end("ending"));
    expect(ended.status).toBe(204);
    expect((await ben.closed).code).toBe(4403);
    const service = await issuer.serviceToken();
    await one.call("/rooms/ending", service, { method: "DELETE" });
    const left = await Promise.all(
      ["log", "meta", "amends", "erased", "reads"].map((name) =>
        store.raw.exists(`chatsphere:{ending}:${name}`)
      ),
    );
    expect(left).toEqual([0, 0, 0, 0, 0]);
  });

  test(
    "after Redis is killed and back, all is delivered and nothing twice",
    async () => {
      const ann = await one.enter("ann", "restart");
      const ben = await two.enter("ben", "restart");
      ann.chat("restart", "c1", "Before");
      await until(() => received(ben).length === 1);
      const redis = await store.serverOf("restart");
      await redis.kill();
      const sent = Promise.all([
        persist(ann, "restart", "c2", "While it is away"),
        persist(ben, "restart", "c3", "Meanwhile"),
      ]);
      await redis.start();
      await sent;
      await until(() =>
        received(ann).length === 3 && received(ben).length === 3
      );
      expect(received(ann)).toEqual(received(ben));
      const ids = received(ann).map((it) => it.split(" ")[1]);
      expect(ids.toSorted()).toEqual(["c1", "c2", "c3"]);
    },
    60_000,
  );

  test("a log that lost entries begins a new epoch", async () => {
    const ann = await one.enter("ann", "epoch");
    // One after the other: what comes together shares an entry of the stream.
    for (const [before, id] of ["c1", "c2", "c3"].entries()) {
      ann.chat("epoch", id, "Old");
      await until(() => received(ann).length > before);
    }
    const before = ann.frames.find((it) => it.event === "new-message");
    const { raw } = store;
    const key = (name: string) => `chatsphere:{epoch}:${name}`;
    await raw.hset(key("meta"), "offset", 1);
    await raw.hdel(key("meta"), "ann c2", "ann c3");
    await raw.xdel(
      key("log"),
      `2-${before?.epoch}`,
      `3-${before?.epoch}`,
    );
    await raw.call("XSETID", key("log"), `1-${before?.epoch}`);
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
    expect(joined.messages.map(({ clientId }) => clientId)).toEqual([
      "c1",
      "c4",
    ]);
  });
}
