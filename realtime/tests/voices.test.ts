import { afterAll, beforeAll, expect, test } from "bun:test";
import type { EntryFrame, Message } from "../protocol.ts";
import type { HistoryPage, SearchPage } from "../protocol-http.ts";
import { termsOf } from "../text/terms.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer, ann: string, web: string;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.issuer.personToken("ann", { r: "member" });
  web = await server.issuer.serviceToken();
});
afterAll(() => server.stop());

const post = (path: string, token: string, body: unknown, headers = {}) =>
  server.call(path, token, {
    method: "POST",
    body: JSON.stringify(body),
    headers,
  });

/** Sends a message, as web does where it vouches for it. */
async function say(said: object, vouched = true) {
  const answer = await post(
    "/rooms/r/messages",
    ann,
    { clientId: crypto.randomUUID(), content: "", ...said },
    vouched ? { "x-files-token": web } : {},
  );
  return { status: answer.status, ...await answer.json() as Message };
}

const one = async (id: string) =>
  await (await server.call(`/rooms/r/messages?id=${id}`, ann))
    .json() as Message;

const VOICE = {
  clip: "clip-1",
  ms: 1_200,
  peaks: [0, 100, 7],
  words: [["Hello", 0, 400], ["there", 400, 900]],
};

test("a voice note is what web says it is, and for anybody else its clip alone", async () => {
  const voice = { ...VOICE, url: "https://elsewhere.example" };
  expect((await say({ voice })).voice as object).toEqual(VOICE);
  expect((await say({ voice }, false)).voice).toEqual({ clip: "clip-1" });
});

test("a voice note is bounded", async () => {
  for (
    const wrong of [
      { peaks: Array(65).fill(1) },
      { peaks: [-1] },
      { peaks: "1" },
      { ms: -1 },
      { words: Array(1_001).fill(["a", 0, 1]) },
      { words: [["a".repeat(65), 0, 1]] },
      { words: [["a", 0]] },
      { words: ["a"] },
    ]
  ) {
    expect((await say({ voice: { ...VOICE, ...wrong } })).status).toBe(400);
  }
  const { voice } = await say({ voice: { ...VOICE, peaks: [1_000] } });
  expect(voice?.peaks).toEqual([100]);
});

test("what can be no recording's id is refused, however it is said", async () => {
  const refused = async (said: object, vouched = false) =>
    expect((await say(said, vouched)).status).toBe(400);
  for (const clip of ["\ud800", "..", "a/b", " ", "", "x".repeat(257)]) {
    await refused({ clip });
  }
  const voice = { clip: "\ud800" };
  await refused({ voice });
  await refused({ voice }, true);
});

test("words that come later are everyone's, by an entry of the log, and no edit", async () => {
  const { id, voice } = await say({
    voice: { clip: "late", ms: 5, waiting: true },
  });
  expect(voice).toEqual({ clip: "late", ms: 5, waiting: true });
  const heard = {
    id,
    content: "Hello there",
    voice: { ...VOICE, clip: "late" },
  };
  expect((await post("/rooms/r/transcripts", ann, heard)).status).toBe(403);
  const other = { ...heard, voice: VOICE };
  expect((await post("/rooms/r/transcripts", web, other)).status).toBe(404);
  expect((await post("/rooms/r/transcripts", web, { id })).status).toBe(400);
  const { offset } = await (await server.call("/rooms/r/messages", ann))
    .json() as HistoryPage;
  // Two instances of web may have heard it.
  for (let i = 0; i < 2; i++) {
    expect((await post("/rooms/r/transcripts", web, heard)).status).toBe(204);
  }
  const message = await one(id);
  expect(message).toMatchObject({ content: "Hello there", voice: heard.voice });
  expect(message.voice?.waiting).toBeUndefined();
  expect(message.editedAt).toBeUndefined();
  const page = await (await server.call("/rooms/r/messages", ann))
    .json() as HistoryPage;
  expect(page.offset).toBe(offset + 1);
  const wanted = { rooms: ["r"], terms: termsOf("there") };
  const found = await (await post("/search", ann, wanted))
    .json() as SearchPage;
  expect(found.messages.map((it) => it.id)).toContain(id);
});

test("who wrote a voice note out meanwhile keeps their words, and its words leave with it", async () => {
  const { id } = await say({ voice: { clip: "own", waiting: true } });
  const amend = (amendment: object) =>
    post("/rooms/r/amendments", ann, {
      clientId: crypto.randomUUID(),
      id,
      ...amendment,
    });
  await amend({ event: "edit-message", content: "Mine" });
  const heard = { id, content: "Secret", voice: { ...VOICE, clip: "own" } };
  expect((await post("/rooms/r/transcripts", web, heard)).status).toBe(204);
  expect(await one(id)).toMatchObject({ content: "Mine", voice: heard.voice });
  await amend({ event: "delete-message" });
  const gone = await one(id);
  expect([gone.content, gone.voice]).toEqual(["", undefined]);
  expect((await post("/rooms/r/transcripts", web, heard)).status).toBe(404);
  const stream = await server.call("/rooms/r/stream?after=0", ann);
  const reader = stream.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  const text = new TextDecoder().decode(value);
  const entries = text.trim().split("\n").map((line) =>
    JSON.parse(line) as EntryFrame
  );
  expect(entries.some((it) => it.event === "message-edited" && it.id === id))
    .toBe(true);
  expect(text).not.toContain("Secret");
});
