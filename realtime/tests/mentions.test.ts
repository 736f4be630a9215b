import { afterAll, beforeAll, expect, test } from "bun:test";
import { EVERYONE, LIMITS, type Message } from "../protocol.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const members = { ann: "member", ben: "member" } as const;
  await server.handOver("m", { version: 9, members });
});
afterAll(() => server.stop());

const BEN = { id: "ben", name: "Ben" };
const token = () => server.issuer.personToken("ann", { m: "member" });

async function post(path: string, body: object) {
  const answer = await server.call(`/rooms/m/${path}`, await token(), {
    method: "POST",
    body: JSON.stringify({ clientId: crypto.randomUUID(), ...body }),
  });
  return { status: answer.status, message: await answer.json() as Message };
}
const say = (content: string, mentions: unknown) =>
  post("messages", { content, mentions });

test("a message mentions only people of the room whom its text names", async () => {
  const content = "@Ben, @Eve, @room: tea?";
  const { message } = await say(content, [
    { ...BEN, more: "dropped" },
    { id: "eve", name: "Eve" },
    { id: "ben", name: "not in the text" },
    { id: "ann", name: "Ben" },
    { id: EVERYONE, name: "room" },
  ]);
  expect(message.mentions).toEqual([BEN, { id: EVERYONE, name: "room" }]);
  const nobody = await say("@Eve", [{ id: "eve", name: "Eve" }]);
  expect(nobody.message.mentions).toBeUndefined();
  expect((await say("Hi", "Ben")).status).toBe(400);
  expect((await say("Hi", [{ id: 1 }])).status).toBe(400);
});

test("over a socket likewise, in order with what comes after, and an edit replaces them", async () => {
  const ann = await server.enter("ann", "m");
  const chat = (clientId: string, content: string, mentions?: object[]) =>
    ann.send({
      ...{ event: "chat-message", roomId: "m" },
      message: { clientId, content, mentions },
    });
  chat("s1", "@Ben @Eve", [BEN, { id: "eve", name: "Eve" }]);
  chat("s2", "Later");
  const first = await ann.next("new-message");
  const second = await ann.next("new-message");
  expect([first.message.content, second.message.content])
    .toEqual(["@Ben @Eve", "Later"]);
  expect(first.message.mentions).toEqual([BEN]);
  const { id } = first.message;
  ann.send({
    ...{ event: "edit-message", roomId: "m", clientId: "e1", id },
    ...{ content: "@Eve", mentions: [{ id: "eve", name: "Eve" }] },
  });
  expect((await ann.next("message-edited")).mentions).toBeUndefined();
  const { message } = await post("amendments", {
    ...{ event: "edit-message", id, content: "Now @Ben", mentions: [BEN] },
  });
  expect(message.mentions).toEqual([BEN]);
});

test("of 10,000 mentions so many are looked at", async () => {
  const mentions = Array.from(
    { length: 3_000 },
    (_, i) => ({ id: "ben", name: `B${i}` }),
  );
  const content = mentions.map(({ name }) => `@${name}`).join("").slice(0, 4e3);
  const { message } = await say(content, mentions);
  expect(message.mentions).toHaveLength(LIMITS.mentions);
});
