import { afterAll, beforeAll, expect, test } from "bun:test";
import type { EntryFrame, Message, Preview } from "../protocol.ts";
import type { HistoryPage, Linked } from "../protocol-http.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer, ann: string, ben: string, web: string;
const told: Linked[] = [];
beforeAll(async () => {
  server = await startTestServer({
    tell: (_person, linked) => void told.push(linked),
  });
  ann = await server.issuer.personToken("ann", { r: "member" });
  ben = await server.issuer.personToken("ben", { r: "member" });
  web = await server.issuer.serviceToken();
});
afterAll(() => server.stop());

const post = (path: string, token: string, body: unknown) =>
  server.call(path, token, { method: "POST", body: JSON.stringify(body) });

const say = async (content: string, more: object = {}) =>
  await (await post("/rooms/r/messages", ann, {
    ...{ clientId: crypto.randomUUID(), content },
    ...more,
  })).json() as Message;

const one = async (id: string) =>
  await (await server.call(`/rooms/r/messages?id=${id}`, ann))
    .json() as Message;

const show = async (id: string, preview: object, token = web) =>
  (await post("/rooms/r/previews", token, { id, preview })).status;

const PAGE: Preview = {
  address: "https://a.test/x",
  title: "A page",
  description: "About it",
  picture: { id: "p1", name: "preview", type: "image/webp", size: 9 },
};

test("web is told of messages with links, and of edits, however they come", async () => {
  const wait = async (count: number) => {
    while (told.length < count) await Bun.sleep(5);
    return told.splice(0);
  };
  told.length = 0;
  const { id } = await say("see https://a.test/x");
  await say("no link");
  expect(await wait(1)).toEqual([{ roomId: "r", id }]);
  const socket = await server.enter("ann", "r");
  const message = { clientId: "c1", content: "HTTP://b.test" };
  socket.send({ event: "chat-message", roomId: "r", message });
  const ack = await socket.next("message-ack");
  expect(await wait(1)).toEqual([{ roomId: "r", id: ack.id }]);
  // Sent again it is the same message.
  socket.send({ event: "chat-message", roomId: "r", message });
  await socket.next("message-ack");
  const edit = { event: "edit-message", roomId: "r", id, content: "no more" };
  socket.send({ ...edit, clientId: "c2" });
  await socket.next("message-ack");
  expect(await wait(1)).toEqual([{ roomId: "r", id }]);
});

test("a preview is everyone's by an entry of the log, and no edit", async () => {
  const { id } = await say("see https://a.test/x");
  const socket = await server.enter("ben", "r");
  expect(await show(id, { ...PAGE, evil: "field" })).toBe(204);
  const entry = await socket.next("message-edited") as EntryFrame;
  expect(entry).toMatchObject({ id, preview: PAGE });
  const message = await one(id);
  expect(message.preview).toEqual(PAGE);
  expect(message.editedAt).toBeUndefined();
  expect(message.content).toBe("see https://a.test/x");
  // Told again it is not stored again.
  const before = (await (await server.call("/rooms/r/messages", ann))
    .json() as HistoryPage).offset;
  expect(await show(id, PAGE)).toBe(204);
  expect(
    (await (await server.call("/rooms/r/messages", ann))
      .json() as HistoryPage).offset,
  ).toBe(before);
});

test("nobody but web gives a message a preview", async () => {
  const { id, preview } = await say("https://a.test/x", { preview: PAGE });
  expect(preview).toBeUndefined();
  expect(await show(id, PAGE, ann)).toBe(403);
  expect(await show(id, PAGE, ben)).toBe(403);
  expect((await one(id)).preview).toBeUndefined();
});

test("what is taken away does not come back", async () => {
  const { id } = await say("https://a.test/x");
  await show(id, PAGE);
  expect(await show(id, { address: PAGE.address })).toBe(204);
  expect((await one(id)).preview).toBeUndefined();
  await show(id, PAGE);
  expect((await one(id)).preview).toBeUndefined();
});

test("it goes with its link and with its message, and so does its picture", async () => {
  const { id } = await say("https://a.test/x");
  await show(id, PAGE);
  const amend = (change: object) =>
    post("/rooms/r/amendments", ann, {
      ...{ clientId: crypto.randomUUID(), id },
      ...change,
    });
  await amend({ event: "edit-message", content: "still https://a.test/x" });
  expect((await one(id)).preview).toEqual(PAGE);
  await amend({ event: "edit-message", content: "elsewhere" });
  expect((await one(id)).preview).toBeUndefined();
  expect(await show(id, PAGE)).toBe(404);
  await amend({ event: "delete-message" });
  expect(await show(id, PAGE)).toBe(404);
  const leftovers = await (await server.call("/leftovers", web)).text();
  expect(leftovers).toContain(
    JSON.stringify({ kind: "file", id: "p1", owner: "ann" }),
  );
});

test("a preview does not change what is unread, nor whom a message mentions", async () => {
  await server.issuer.personToken("cy", { u: "member" });
  const cy = await server.issuer.personToken("cy", { u: "member" });
  const writer = await server.issuer.personToken("ann", { u: "member" });
  const { id } = await (await post("/rooms/u/messages", writer, {
    ...{ clientId: "c", content: "@Cy https://a.test/x" },
    mentions: [{ id: "cy", name: "Cy" }],
  })).json() as Message;
  const unread = async () =>
    (await (await server.call("/summaries?rooms=u", cy))
      .json() as { rooms: Record<string, unknown> }).rooms.u;
  expect(await unread()).toMatchObject({ unread: 1, mentioned: 1 });
  await post("/rooms/u/previews", web, { id, preview: PAGE });
  expect(await unread()).toMatchObject({ unread: 1, mentioned: 1 });
});

test("a preview is bounded", async () => {
  const { id } = await say("https://a.test/x");
  for (
    const wrong of [
      { address: "" },
      { address: 1 },
      { address: `https://${"a".repeat(2_000)}` },
      { title: "a".repeat(201) },
      { title: "" },
      { description: "a".repeat(301) },
      { picture: { id: "p" } },
    ]
  ) {
    expect(await show(id, { ...PAGE, ...wrong })).toBe(400);
  }
});
