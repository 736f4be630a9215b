import { afterAll, beforeAll, expect, test } from "bun:test";
import { messageEntry } from "../log/making.ts";
import type { HistoryPage, Withdrawn, WrittenBy } from "../protocol-http.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => server = await startTestServer());
afterAll(() => server.stop());

const call = async (path: string, token: string, body?: unknown) => {
  const init = body === undefined
    ? {}
    : { method: "POST", body: JSON.stringify(body) };
  return await server.call(path, token, init);
};

const say = (token: string, clientId: string, more = {}) =>
  call("/rooms/r/messages", token, { clientId, content: "Hello", ...more });

/** What a call in parts gives, until there is no more. */
async function inParts<T extends { after?: number }>(
  ask: (after?: number) => Promise<Response>,
): Promise<T[]> {
  const parts: T[] = [];
  let after: number | undefined;
  do {
    const part = await (await ask(after)).json() as T;
    parts.push(part);
    after = part.after;
  } while (after !== undefined);
  return parts;
}

test("what somebody wrote is told whole, and is deleted for everybody", async () => {
  const gone = await server.issuer.personToken("gone", { r: "member" });
  const ann = await server.issuer.personToken("ann", { r: "admin" });
  const service = await server.issuer.serviceToken();
  const sender = { id: "gone", name: "Gone" };
  for (let i = 0; i < 650; i += 1) {
    const origin = { roomId: "r", clientId: `c${i}`, sender, timestamp: i };
    await server.hub.log.append(messageEntry(origin, { content: `Text ${i}` }));
  }
  await say(ann, "ann", { content: "Mine stays" });
  const first = await call("/rooms/r/messages?limit=1&after=0", ann);
  const { messages: [oldest] } = await first.json() as HistoryPage;
  const { id } = oldest!;
  const change = {
    event: "edit-message",
    id,
    content: "Edited",
    clientId: "e",
  };
  expect((await call("/rooms/r/amendments", gone, change)).status).toBe(200);

  const { messages: [anns] } = await (await call(
    "/rooms/r/messages?limit=1",
    ann,
  )).json() as HistoryPage;
  for (const [who, emoji] of [[gone, "👍"], [gone, "🎉"], [ann, "😀"]]) {
    const react = { event: "react", id: anns!.id, emoji, on: true };
    const answer = await call("/rooms/r/amendments", who!, {
      ...react,
      clientId: `r${emoji!.codePointAt(0)}`,
    });
    expect(answer.status).toBe(200);
  }

  const told = await inParts<WrittenBy>((after) =>
    call(`/rooms/r/written?by=gone&after=${after ?? 0}`, service)
  );
  const all = told.flatMap(({ messages }) => messages);
  expect(told.length).toBeGreaterThan(1);
  expect(all.map(({ content }) => content).slice(0, 2))
    .toEqual(["Edited", "Text 1"]);
  expect(all.length).toBe(650);
  expect(told.flatMap(({ reactions }) => reactions)).toEqual([
    { message: anns!.id, emoji: ["👍", "🎉"] },
  ]);

  const who = { userId: "gone", name: "Deleted person" };
  for (let twice = 0; twice < 2; twice += 1) {
    await inParts<Withdrawn>((after) =>
      call("/rooms/r/withdrawals", service, { ...who, after })
    );
  }
  const page = await call("/rooms/r/messages?limit=100", ann);
  const { messages, offset } = await page.json() as HistoryPage;
  // 650 messages and one of Ann's, an edit, three reactions, and one deletion each.
  expect(offset).toBe(1305);
  expect(messages.at(-1)?.content).toBe("Mine stays");
  const theirs = messages.filter((message) => message.sender.id === "gone");
  expect(theirs.every((it) => it.content === "" && it.deletedAt)).toBe(true);
  const left = await call("/rooms/r/written?by=gone", service);
  expect((await left.json() as WrittenBy).messages).toEqual([]);
});

test("nobody keeps a message from being deleted by what they call another", async () => {
  const sly = await server.issuer.personToken("sly", { r: "member" });
  const service = await server.issuer.serviceToken();
  const { id } = await (await say(sly, "s1")).json() as { id: string };
  for (const taken of [`withdrawn-${id}`, `withdrawn/${id}`]) {
    await say(sly, taken);
  }
  const who = { userId: "sly", name: "Deleted person" };
  await inParts<Withdrawn>((after) =>
    call("/rooms/r/withdrawals", service, { ...who, after })
  );
  const left = await call("/rooms/r/written?by=sly", service);
  expect((await left.json() as WrittenBy).messages).toEqual([]);
});

test("only web may ask for either, and says all that is needed", async () => {
  const ann = await server.issuer.personToken("ann", { r: "admin" });
  const service = await server.issuer.serviceToken();
  const whole = { userId: "ann", name: "Ann" };
  expect((await call("/rooms/r/written?by=ann", ann)).status).toBe(403);
  expect((await call("/rooms/r/withdrawals", ann, whole)).status).toBe(403);
  expect((await call("/rooms/r/written", service)).status).toBe(400);
  for (
    const body of [{}, { userId: "ann" }, { ...whole, after: -1 }, {
      ...whole,
      after: "1",
    }]
  ) {
    expect((await call("/rooms/r/withdrawals", service, body)).status).toBe(
      400,
    );
  }
});
