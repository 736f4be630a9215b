import { afterAll, beforeAll, expect, test } from "bun:test";
import type { ClientFrame } from "../protocol.ts";
import {
  startTestServer,
  TestClient,
  type TestServer,
} from "../tests/testing.ts";
import { EVENTS, RATES } from "./table.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({});
});
afterAll(() => server.stop());

type Event = ClientFrame["event"];
const events = Object.keys(EVENTS) as Event[];

/** A frame of each event, in a room. */
const frames = (roomId: string): Record<Event, object> => {
  const on = { roomId, clientId: "c", id: "1-1" };
  return {
    identify: { token: "none" },
    summaries: {},
    "leave-room": { roomId },
    "join-room": { roomId },
    read: { roomId, offset: 0 },
    typing: { roomId },
    "chat-message": { roomId, message: { clientId: "c", content: "Hello" } },
    "edit-message": { ...on, content: "Hello" },
    "delete-message": on,
    react: { ...on, emoji: "👍", on: true },
  };
};

test("the server knows the events of the table, and no others", async () => {
  const source = await Bun.file(`${import.meta.dir}/../frames.ts`).text();
  const known = [...source.matchAll(/case "([a-z-]+)":/g)].map(([, it]) => it);
  expect([...new Set(known)].sort()).toEqual([...events].sort() as string[]);
});

test("what the table gives to who is signed in, nobody else does", async () => {
  for (const event of events) {
    if (event === "identify") continue;
    const socket = new TestClient(server.port);
    await socket.opened;
    socket.send({ event, ...frames("somewhere")[event] });
    const { code } = await socket.next("error");
    expect([event, code]).toEqual([event, "not-identified"]);
    socket.close();
  }
});

test("what the table gives to members, nobody else does", async () => {
  await server.handOver("theirs", {
    version: 1,
    members: { ann: "admin" },
  });
  const socket = await server.connect("cy");
  for (const event of events) {
    if (EVENTS[event].who !== "member") continue;
    socket.send({ event, ...frames("theirs")[event] });
    const { code } = await socket.next("error");
    expect([event, code]).toEqual([event, "not-member"]);
  }
  socket.close();
});

test("no frame is larger than the table says", async () => {
  for (const event of events) {
    const socket = await server.connect("ann");
    const filled = { event, ...frames("theirs")[event], more: "" };
    const more = "x".repeat(EVENTS[event].bytes + 1);
    socket.send({ ...filled, more });
    const answer = await socket.next("error");
    expect([event, answer.code]).toEqual([event, "frame-too-large"]);
    socket.close();
  }
});

test("nothing comes more often than the table says", async () => {
  const socket = await server.connect("ann");
  const requests = events.filter((it) => {
    const { who, rate }: { who: string; rate?: string } = EVENTS[it];
    return rate === "requests" && who === "member";
  });
  expect(requests.length).toBeGreaterThan(1);
  const limited = socket.next("error", ({ code }) => code === "rate-limited");
  for (let n = 0; n < RATES.requests.burst + 20; n++) {
    const event = requests[n % requests.length]!;
    socket.send({ event, ...frames("theirs")[event] });
  }
  await limited;
  socket.close();
});
