import { afterAll, beforeAll, expect, test } from "bun:test";
import { draft } from "../log/testing.ts";
import { scan } from "../log/scan.ts";
import { LIMITS } from "../protocol.ts";
import type { Search, SearchPage } from "../protocol-http.ts";
import { termsOf } from "../text/terms.ts";
import { startTestServer, type TestServer } from "../tests/testing.ts";

let server: TestServer;
let ann: string;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.issuer.personToken("ann", { s: "member", t: "member" });
});
afterAll(() => server.stop());

const say = (room: string, clientId: string, content: string) =>
  server.hub.log.append(draft(room, clientId, content));

const post = (token: string, body: unknown) =>
  server.call("/search", token, {
    method: "POST",
    body: JSON.stringify(body),
  });

const words = (q: string, rooms: string[]): Search => ({
  rooms,
  terms: termsOf(q),
});

async function found(token: string, search: Search): Promise<string[]> {
  const answer = await post(token, search);
  expect(answer.status).toBe(200);
  const { messages } = await answer.json() as SearchPage;
  return messages.map(({ roomId, clientId }) => `${roomId} ${clientId}`);
}

test("answers with what is in the rooms that the person is in now", async () => {
  await say("s", "c1", "the harbour");
  await say("t", "c2", "a harbour");
  await say("u", "c3", "another harbour");
  const all = words("harbour", ["s", "t", "u", "nowhere"]);
  expect(await found(ann, all)).toEqual(["t c2", "s c1"]);
  expect(await found(ann, words("harbour", ["s"]))).toEqual(["s c1"]);
  const eve = await server.issuer.personToken("eve", { t: "member" });
  expect(await found(eve, all)).toEqual(["t c2"]);
  await server.handOver("t", server.issuer.membership.remove("t", "eve"));
  expect(await found(eve, all)).toEqual([]);
});

test("answers people only, about something of some length, and not too often", async () => {
  const service = await server.issuer.serviceToken();
  expect((await post(service, words("x", ["s"]))).status).toBe(403);
  const long = "x".repeat(LIMITS.searchLength + 1);
  const bad: unknown[] = [
    ...[{}, [], "x", null, { rooms: ["s"] }, { rooms: "s", terms: [] }],
    words(long, ["s"]),
    words("", ["s"]),
    { ...words("x", ["s"]), has: ["face"] },
    { ...words("x", ["s"]), order: "oldest" },
    { ...words("x", ["s"]), cursor: "1 OR 1" },
    { ...words("x", ["s"]), from: [1] },
    { ...words("x", ["s"]), before: -1 },
    { rooms: ["s"], terms: [{ text: "x" }] },
    { rooms: ["s"], terms: [null] },
    { rooms: Array.from({ length: 5_001 }, (_, i) => `r${i}`), terms: [] },
  ];
  for (const [i, body] of bad.entries()) {
    const from = await server.issuer.personToken(`bad-${i}`, {});
    expect([body, (await post(from, body)).status]).toEqual([body, 400]);
  }
  const ben = await server.issuer.personToken("ben", { s: "member" });
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => post(ben, words("harbour", ["s"]))),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get("retry-after")).toBe("2");
});

const HOSTILE = "a" + "\u0315\u0300\u05ae\u0301".repeat(999);

test(
  "everything else goes on while hostile text is looked through",
  async () => {
    await Promise.all(
      Array.from({ length: 500 }, (_, i) => say("hostile", `c${i}`, HOSTILE)),
    );
    const query = {
      ...{ rooms: ["hostile"], terms: termsOf("zzz"), has: [], limit: 10 },
      order: "newest" as const,
    };
    const { log } = server.hub;
    let searching = true, answered = 0;
    const searches = Array.from({ length: 5 }, () => scan(log, query));
    void Promise.all(searches).finally(() => searching = false);
    while (searching) {
      expect((await server.call("/healthz", ann)).status).toBe(200);
      answered += 1;
    }
    for (const page of await Promise.all(searches)) {
      expect(page.messages).toEqual([]);
    }
    // Five searches of six pages each take a turn at least for every page.
    expect(answered).toBeGreaterThan(20);
    const brief = { ...query, budget: 0, least: 0 };
    const page = await scan(log, brief);
    expect(page).toMatchObject({ messages: [], next: "500" });
    const next = await scan(log, { ...brief, cursor: "500" });
    expect(next).toMatchObject({ next: "499" });
    const several = { ...brief, rooms: ["hostile", "s"] };
    expect(await scan(log, several)).toMatchObject({
      next: null,
      reached: 1_000,
    });
  },
  60_000,
);

test("marks beyond the thirtieth are cut when a message is taken", async () => {
  const token = await server.issuer.personToken("ann", { words: "member" });
  const answer = await server.call("/rooms/words/messages", token, {
    method: "POST",
    body: JSON.stringify({ clientId: "marks", content: HOSTILE }),
  });
  expect(answer.status).toBe(201);
  const { content } = await answer.json() as { content: string };
  expect(content).toBe(HOSTILE.slice(0, 31));
});

test("a search may begin with the first moment there is, and with nothing else", async () => {
  await say("s", "c-first", "ever since");
  const since = { rooms: ["s"], terms: [] };
  expect(await found(ann, { ...since, after: 0 })).toContain("s c-first");
  expect((await post(ann, since)).status).toBe(400);
});
