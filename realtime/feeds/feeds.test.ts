import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { until } from "../log/testing.ts";
import {
  EVERYONE,
  type FeedSummary,
  type Mention,
  type RoomSummary,
} from "../protocol.ts";
import { shown } from "./news.ts";
import {
  startTestServer,
  TestClient,
  type TestServer,
} from "../tests/testing.ts";
import { Follower } from "../tests/testing-follower.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ messageRate: 1e5, messageBurst: 1e5 });
});
afterAll(() => server.stop());

const member = (user: string, ...rooms: string[]) =>
  server.issuer.personToken(
    user,
    Object.fromEntries(rooms.map((id) => [id, "member" as const])),
  );

/** Somebody who is in the rooms, and has asked for the summaries. */
async function follow(user: string, ...rooms: string[]): Promise<TestClient> {
  const token = await member(user, ...rooms);
  // A copy that is there: it is handed over when somebody joins.
  const { membership } = server.issuer;
  for (const room of rooms) await server.handOver(room, membership.of(room));
  const client = new TestClient(server.port);
  await client.identify(token);
  client.send({ event: "summaries" });
  await client.next("summaries");
  return client;
}

async function say(
  user: string,
  room: string,
  content: string,
  more: { mentions?: Mention[] } = {},
) {
  const answer = await server.call(
    `/rooms/${room}/messages`,
    await member(user, room),
    {
      method: "POST",
      body: JSON.stringify({
        ...{ clientId: crypto.randomUUID(), content },
        ...more,
      }),
    },
  );
  return await answer.json() as { id: string; offset: number };
}

test("whoever is in a room hears of it without opening it", async () => {
  const ann = await follow("ann", "a", "other");
  const stranger = await follow("eve", "elsewhere");
  await say("ben", "a", `Good\n\nmorning ${"x".repeat(300)}`);
  const news = await ann.next("room-news");
  expect(news).toMatchObject({ roomId: "a", after: 0, offset: 1 });
  expect(news.by).toEqual({ ben: 1 });
  expect(news.last?.sender).toEqual({ id: "ben", name: "Name of ben" });
  expect(news.last?.text).toStartWith("Good morning xxx");
  expect(news.last?.text.length).toBe(121);
  await say("ben", "elsewhere", "For others");
  await stranger.next("room-news");
  expect(JSON.stringify(ann.frames)).not.toContain("elsewhere");
});

test("a socket that has a room open gets its entries, and no news of it", async () => {
  const reading = await server.enter("ann", "open");
  const listening = await follow("ann", "open");
  await say("ben", "open", "Hello");
  await reading.next("new-message");
  await listening.next("room-news");
  expect(reading.frames.some(({ event }) => event === "room-news")).toBe(false);
});

test("a room that everybody here has open is no news, until one socket has not", async () => {
  const room = "open-everywhere";
  const { feeds } = server.hub;
  expect(feeds.isWanted(room)).toBe(false);
  const ann = await follow("ann-open", room);
  expect(feeds.isWanted(room)).toBe(true);
  await ann.join(room);
  expect(feeds.isWanted(room)).toBe(false);
  await say("ben", room, "Seen at once");
  await ann.next("new-message");
  // Her telephone, and then the page she leaves, know where news go on.
  const phone = await follow("ann-open", room);
  expect(feeds.isWanted(room)).toBe(true);
  await say("ben", room, "Heard on the telephone");
  const heard = await phone.next("room-news");
  expect(heard.offset).toBe(2);
  // Maybe with the first, if no tenth of a second has passed since.
  expect([0, 1]).toContain(heard.after);
  phone.close();
  await until(() => !feeds.isWanted(room));
  ann.send({ event: "leave-room", roomId: room });
  await until(() => feeds.isWanted(room));
  await say("ben", room, "Heard elsewhere");
  expect(await ann.next("room-news")).toMatchObject({ after: 2, offset: 3 });
});

test("first words are words: without marks, on one line", () => {
  expect(shown({ content: "**Hi** `you`,\n> see [this](https://a.test)" }).text)
    .toBe("Hi you, > see this");
});

test("a message without text tells what it has instead", () => {
  const file = { id: "f", name: "tea.jpg", type: "image/jpeg", size: 9 };
  expect(shown({ content: "", files: [file, file] }))
    .toEqual({ text: "", files: 2 });
  expect(shown({ content: "", voice: { clip: "c" } }))
    .toEqual({ text: "", voice: true });
});

test("news of a tenth of a second come together", async () => {
  const ann = await follow("ann", "many");
  for (let i = 0; i < 20; i += 1) {
    await say(i % 2 ? "ben" : "cy", "many", `${i}`);
  }
  const seen: number[] = [];
  for (let offset = 0; offset < 20;) {
    const news = await ann.next("room-news");
    expect(news.after).toBe(offset);
    offset = news.offset;
    seen.push(Object.values(news.by).reduce((a, b) => a + b, 0));
  }
  expect(seen.reduce((a, b) => a + b, 0)).toBe(20);
  expect(seen.length).toBeLessThan(20);
});

test("who joins hears from then on, and who is removed no longer", async () => {
  const { membership } = server.issuer;
  const ann = await follow("ann", "b");
  const ben = await follow("ben");
  await server.handOver("b", membership.add("b", "ben"));
  expect(await ben.next("membership")).toMatchObject({ removed: false });
  await say("ann", "b", "Welcome");
  expect((await ben.next("room-news")).last?.text).toBe("Welcome");
  await server.handOver("b", membership.remove("b", "ben"));
  expect(await ben.next("membership")).toMatchObject({ removed: true });
  await say("ann", "b", "Among us");
  ann.send({ event: "summaries", rooms: ["b"] });
  await ann.next("summaries");
  await Bun.sleep(150);
  expect(JSON.stringify(ben.frames)).not.toContain("Among us");
});

test("another device's reading, new names of people and of rooms are told", async () => {
  const desk = await follow("ann", "c");
  const { offset } = await say("ben", "c", "Read me");
  await server.call("/rooms/c/read", await member("ann", "c"), {
    method: "PUT",
    body: JSON.stringify({ offset }),
  });
  expect(await desk.next("read")).toMatchObject({ roomId: "c", offset });
  const tell = async (what: string, body: unknown) =>
    server.call(`/rooms/c/${what}`, await server.issuer.serviceToken(), {
      method: "POST",
      body: JSON.stringify(body),
    });
  await tell("names", { names: { ben: "Benjamin" } });
  expect((await desk.next("names")).names).toEqual({ ben: "Benjamin" });
  expect((await tell("name", { name: "Tea" })).status).toBe(204);
  expect(await desk.next("room-renamed")).toMatchObject({ name: "Tea" });
  await tell("name", { name: "Not for Ann", userId: "somebody" });
  await tell("name", { name: "For Ann", userId: "ann" });
  expect(await desk.next("room-renamed")).toMatchObject({ name: "For Ann" });
  // Its entries do not say what a room is called: also whoever has it open hears.
  const reading = await server.enter("ann", "c");
  await tell("name", { name: "Coffee" });
  expect(await reading.next("room-renamed")).toMatchObject({ name: "Coffee" });
  await tell("name", { name: "Ours", userId: "ann" });
  expect(await reading.next("room-renamed")).toMatchObject({ name: "Ours" });
  expect((await tell("name", { name: "" })).status).toBe(400);
  expect((await tell("name", { name: "Tea", userId: 3 })).status).toBe(400);
});

test(
  "summaries of 5,000 rooms come in pages, and identifying does not grow",
  async () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => `r${i}`);
    const list = { version: 1, members: { max: "member" as const } };
    for (let from = 0; from < ids.length; from += 500) {
      await Promise.all(
        ids.slice(from, from + 500)
          .map((id) => server.hub.log.members.put(id, list, "web")),
      );
    }
    const client = new TestClient(server.port);
    const identified = await client.identify(await member("max"));
    expect(JSON.stringify(identified).length).toBeLessThan(200);
    const found: string[] = [];
    const ask = async (after?: string): Promise<void> => {
      client.send({ event: "summaries", after });
      const { rooms, next } = await client.next("summaries");
      found.push(...Object.keys(rooms));
      if (next !== null) await ask(next);
    };
    await ask();
    expect(found).toHaveLength(5_000);
    expect(new Set(found)).toEqual(new Set(ids));
    const answer = await server.call("/summaries?limit=3", await member("max"));
    const page = await answer.json() as { rooms: object; next: string };
    expect([Object.keys(page.rooms), page.next]).toEqual([
      ["r0", "r1", "r10"],
      "r10",
    ]);
  },
  30_000,
);

type Step = [what: string, room: string, who: string, which: number];

test("an old state and what came since is the fresh state", async () => {
  let runs = 0;
  const steps = fc.array(
    fc.tuple(
      fc.constantFrom(
        ...["say", "say", "call", "call all", "edit", "call by edit"],
        ...["delete", "react", "read"],
      ),
      fc.constantFrom("x", "y"),
      fc.constantFrom("ann", "ben"),
      fc.nat(5),
    ),
    { maxLength: 25 },
  );
  const run = fc.asyncProperty(steps, fc.nat(25), async (steps, from) => {
    const prefix = `p${runs += 1}`;
    const rooms = ["x", "y"].map((id) => `${prefix}${id}`);
    const user = `${prefix}ann`;
    const nameOf = (who: string) => `${prefix}${who}`;
    await Promise.all(rooms.map((id) => member(nameOf("ben"), id)));
    const calls = { mentions: [{ id: user, name: "Ann" }] };
    const callsAll = { mentions: [{ id: EVERYONE, name: "room" }] };
    const sent = new Map<string, { id: string; by: string }[]>();
    const take = async ([what, at, who, which]: Step) => {
      const room = `${prefix}${at}`, by = nameOf(who);
      const all = sent.get(room) ?? [];
      if (what === "say" || what === "call" || what === "call all") {
        const more = { "say": {}, "call": calls, "call all": callsAll }[what];
        const { id } = await say(by, room, `@Ann @room ${all.length}`, more);
        sent.set(room, [...all, { id, by }]);
        return;
      }
      const target = all[which % Math.max(1, all.length)];
      if (what === "read") {
        await server.call(`/rooms/${room}/read`, await member(user, room), {
          method: "PUT",
          body: JSON.stringify({ offset: which * 2 }),
        });
      } else if (target) {
        const change = {
          edit: { event: "edit-message", content: `Edited ${which}` },
          "call by edit": {
            ...{ event: "edit-message", content: `Now @Ann ${which}` },
            ...calls,
          },
          delete: { event: "delete-message" },
          react: { event: "react", emoji: "👍", on: true },
        }[what];
        await server.call(
          `/rooms/${room}/amendments`,
          await member(target.by, room),
          {
            method: "POST",
            body: JSON.stringify({
              ...{ ...change, id: target.id },
              clientId: crypto.randomUUID(),
            }),
          },
        );
      }
    };
    for (const step of steps.slice(0, from)) await take(step);
    const client = await follow(user, ...rooms);
    client.frames.length = 0;
    const follower = new Follower(client, user);
    for (const step of steps.slice(from)) {
      follower.step();
      await take(step);
    }
    const answer = await server.call(
      `/summaries?rooms=${rooms}`,
      await member(user, ...rooms),
    );
    const fresh = await answer.json() as { rooms: Record<string, RoomSummary> };
    const simple = (all: Record<string, FeedSummary | RoomSummary>) =>
      JSON.stringify(
        Object.entries(all).sort().map(([id, room]) => {
          const { epoch, offset, read, unread, mentioned, last } = room;
          const text = last && ("text" in last ? last.text : last.content);
          const counts = [epoch, offset, read, unread, mentioned];
          return [id, ...counts, last?.id, text];
        }),
      );
    await until(() => {
      follower.step();
      return simple(follower.state.rooms) === simple(fresh.rooms);
    });
    client.close();
  });
  await fc.assert(run, { numRuns: 15 });
}, 60_000);
