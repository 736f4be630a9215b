import { afterAll, beforeAll, expect, test } from "bun:test";
import { LIMITS } from "../protocol.ts";
import { continues } from "./recovery.ts";
import { draft, until } from "../log/testing.ts";
import { startTestServer, type TestServer } from "../tests/testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function fill(room: string, count: number): Promise<string> {
  const ids = Array.from({ length: count }, (_, i) => `c${i + 1}`);
  const { log } = server.hub;
  const done = await Promise.all(ids.map((id) => log.append(draft(room, id))));
  return done[0]?.epoch ?? "";
}

test("a first join gets the newest window and where it ends", async () => {
  const epoch = await fill("window", 60);
  const ann = await server.enter("ann", "window");
  const joined = ann.frames.find((frame) => frame.event === "room-joined");
  expect(joined).toMatchObject({ epoch, offset: 60, recovered: false });
  const offsets = joined?.messages.map(({ offset }) => offset);
  expect(offsets).toEqual(Array.from({ length: 50 }, (_, i) => i + 11));
});

test("a return gets exactly what it missed", async () => {
  const epoch = await fill("missed", 10);
  const ann = await server.enter("ann", "missed");
  const joined = await ann.join("missed", { epoch, offset: 7 });
  expect(joined).toMatchObject({ recovered: true, offset: 10, messages: [] });
  expect(joined.entries.map(({ offset }) => offset)).toEqual([8, 9, 10]);
  const none = await ann.join("missed", { epoch, offset: 10 });
  expect(none).toMatchObject({ recovered: true, entries: [], offset: 10 });
});

test("another epoch, a position ahead or a gap too large begin anew", async () => {
  const epoch = await fill("anew", LIMITS.recoveryEntries + 2);
  const ann = await server.enter("ann", "anew");
  const positions = [
    { epoch: "1", offset: 400 },
    { epoch, offset: LIMITS.recoveryEntries + 3 },
    { epoch, offset: 1 },
  ];
  for (const since of positions) {
    const joined = await ann.join("anew", since);
    expect(joined).toMatchObject({ recovered: false, entries: [] });
    expect(joined.messages).toHaveLength(50);
  }
  const edge = await ann.join("anew", { epoch, offset: 2 });
  expect(edge).toMatchObject({ recovered: true });
  expect(edge.entries).toHaveLength(LIMITS.recoveryEntries);
});

test("joins under fire miss nothing and get nothing twice", async () => {
  const ann = await server.enter("ann", "fire");
  const { log } = server.hub;
  let sent = 0;
  let sending = true;
  const sender = (async () => {
    while (sending) {
      const burst = Array.from(
        { length: 5 },
        () => draft("fire", `c${sent++}`),
      );
      await Promise.all(burst.map((entry) => log.append(entry)));
    }
  })();
  const others = await Promise.all(
    Array.from({ length: 10 }, (_, i) => server.enter(`p${i}`, "fire")),
  );
  sending = false;
  await sender;
  for (const client of [ann, ...others]) {
    client.chat("fire", `last-${crypto.randomUUID()}`, "End");
    await client.next("message-ack");
  }
  const { offset: end } = await log.read("fire", 0, 1);
  for (const client of [ann, ...others]) {
    const reached = () =>
      client.frames.some((it) =>
        it.event === "new-message" && it.offset === end
      );
    await until(reached);
    let known = -1;
    for (const frame of client.frames) {
      if (frame.event === "room-joined") known = frame.offset;
      if (frame.event !== "new-message") continue;
      expect(frame.offset).toBe(known + 1);
      known = frame.offset;
    }
    expect(known).toBe(end);
  }
});

test("refuses a slice with a hole", () => {
  const entry = (offset: number) => ({
    ...draft("r", `c${offset}`),
    ...{ epoch: "9", offset },
  });
  const since = { epoch: "9", offset: 1 };
  const slice = { epoch: "9", offset: 3, entries: [entry(2), entry(3)] };
  expect(continues(since, slice)).toBe(true);
  const holes = [[entry(3)], [entry(2)], [entry(3), entry(2)], []];
  for (const entries of holes) {
    expect(continues(since, { ...slice, entries })).toBe(false);
  }
});
