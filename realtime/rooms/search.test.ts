import { afterAll, beforeAll, expect, test } from "bun:test";
import { entryId } from "../log/entry.ts";
import { amendmentEntry } from "../log/making.ts";
import { draft } from "../log/testing.ts";
import type { SearchPage } from "../protocol-http.ts";
import { searchRoom } from "./search.ts";
import { startTestServer, type TestServer } from "../tests/testing.ts";

let server: TestServer;
let ann: string;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.issuer.personToken("ann", { s: "member" });
});
afterAll(() => server.stop());

const say = (room: string, clientId: string, content: string) =>
  server.hub.log.append(draft(room, clientId, content));

async function amend(
  room: string,
  clientId: string,
  change: Parameters<typeof amendmentEntry>[2],
): Promise<void> {
  const { epoch, offset } = await say(room, clientId, "");
  const { log } = server.hub;
  const message = await log.find(room, entryId(epoch, offset));
  if (!message) throw new Error("no such message");
  const sender = { id: "ann", name: "ann" };
  const from = {
    roomId: room,
    clientId: `${clientId}-x`,
    sender,
    timestamp: 9,
  };
  await log.append(amendmentEntry(from, message, change));
}

let people = 0;
/** Each search is somebody else's, as one person may not make many at once. */
async function search(room: string, q: string, more = ""): Promise<SearchPage> {
  people += 1;
  const id = `person-${people}`;
  const token = await server.issuer.personToken(id, { [room]: "member" });
  const query = `q=${encodeURIComponent(q)}${more}`;
  const answer = await server.call(`/rooms/${room}/search?${query}`, token);
  expect(answer.status).toBe(200);
  return await answer.json() as SearchPage;
}
const idsOf = ({ messages }: SearchPage) =>
  messages.map(({ clientId }) => clientId);

test("finds what a text says now, newest first, whatever its case", async () => {
  await say("s", "c1", "The Harbour at night");
  await say("s", "c2", "nothing of it");
  await say("s", "c3", "HARBOUR again");
  await say("s", "c4", "a typo: harbuor");
  await say("s", "c5", "harbour, deleted");
  await say("s", "c6", "harbour, no longer");
  await amend("s", "c4", { kind: "e", content: "no typo: harbour" });
  await amend("s", "c5", { kind: "d" });
  await amend("s", "c6", { kind: "e", content: "changed" });
  const page = await search("s", " harbour ");
  expect(idsOf(page)).toEqual(["c4", "c3", "c1"]);
  expect(page.before).toBeNull();
  expect(page.messages[0]).toMatchObject({ content: "no typo: harbour" });
  expect(idsOf(await search("s", "nowhere"))).toEqual([]);
});

test("treats a search as text, not as a pattern", async () => {
  const texts = ["100% sure", "100 sure", "a_b", "axb", "ÉCOLE", "ＦＵＬＬ"];
  for (const [i, text] of texts.entries()) await say("odd", `c${i}`, text);
  expect(idsOf(await search("odd", "100%"))).toEqual(["c0"]);
  expect(idsOf(await search("odd", "a_b"))).toEqual(["c2"]);
  expect(idsOf(await search("odd", ".*"))).toEqual([]);
  expect(idsOf(await search("odd", "e\u0301cole"))).toEqual(["c4"]);
  expect(idsOf(await search("odd", "full"))).toEqual(["c5"]);
});

test("goes on from where a page ended, and looks at a bounded number", async () => {
  const count = 2_150;
  await Promise.all(
    Array.from(
      { length: count },
      (_, i) => say("long", `c${i + 1}`, i % 50 === 0 ? "needle" : "hay"),
    ),
  );
  const found: string[] = [];
  let before = "", pages = 0;
  for (;;) {
    const page = await search("long", "needle", `&limit=10${before}`);
    pages += 1;
    found.push(...idsOf(page));
    if (page.before === null) break;
    before = `&before=${page.before}`;
  }
  const expected = Array.from({ length: 43 }, (_, i) => `c${i * 50 + 1}`);
  expect(found).toEqual(expected.reverse());
  expect(pages).toBe(5);
  const empty = await search("long", "not in there");
  expect(empty).toMatchObject({ messages: [], before: count - 2_000 + 1 });
});

test("answers members only, a text of some length, and not too often", async () => {
  const eve = await server.issuer.personToken("eve", {});
  const get = (q: string, token: string) =>
    server.call(`/rooms/s/search?q=${q}`, token);
  expect((await get("harbour", eve)).status).toBe(404);
  const service = await server.issuer.serviceToken();
  expect((await get("harbour", service)).status).toBe(403);
  for (const q of ["", "%20", "x".repeat(201)]) {
    expect((await get(q, ann)).status).toBe(400);
  }
  const ben = await server.issuer.personToken("ben", { s: "member" });
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => get("harbour", ben)),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get("retry-after")).toBe("2");
});

test("finds all the words in any order, however they are typed", async () => {
  const texts = {
    greek: "ΚΟΣΜΟΣ",
    oven: "The oven arrives on Thursday",
    city: "İstanbul, Hauptstraße",
    // Stored before such runs were cut.
    brien: "O\u2019Brien\u2019s cafe" + "\u0315\u0300\u05ae\u0301".repeat(900),
  };
  for (const [id, text] of Object.entries(texts)) await say("words", id, text);
  const found: [string, string[]][] = [
    ["κοσ", ["greek"]],
    ["thursday  OVEN", ["oven"]],
    ["istanbul strasse", ["city"]],
    ["o'brien café", ["brien"]],
    ["oven friday", []],
  ];
  for (const [wanted, ids] of found) {
    expect([wanted, idsOf(await search("words", wanted))]).toEqual([
      wanted,
      ids,
    ]);
  }
});

const HOSTILE = "a" + "\u0315\u0300\u05ae\u0301".repeat(999);

test(
  "everything else goes on while a log of hostile text is searched",
  async () => {
    await Promise.all(
      Array.from({ length: 500 }, (_, i) => say("hostile", `c${i}`, HOSTILE)),
    );
    let searching = true, answered = 0;
    const searches = Array.from({ length: 5 }, () => search("hostile", "zzz"));
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
  },
  60_000,
);

test("a search that has spent its budget says where to go on", async () => {
  const { log } = server.hub;
  const page = (before?: number) =>
    searchRoom(log, "hostile", "zzz", { before, limit: 10, budget: 0 });
  const first = await page();
  expect(first).toMatchObject({ messages: [], before: 500 });
  expect(await page(first.before!)).toMatchObject({ before: 499 });
  expect(await page(2)).toMatchObject({ before: null });
});

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
