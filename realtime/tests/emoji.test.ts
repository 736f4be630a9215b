import { afterAll, beforeAll, expect, test } from "bun:test";
import { LIMITS, type Message } from "../protocol.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const members = { ann: "member", ben: "member" } as const;
  await server.handOver("e", { version: 9, members });
});
afterAll(() => server.stop());

async function post(path: string, body: object): Promise<Message> {
  const token = await server.issuer.personToken("ann", { e: "member" });
  const answer = await server.call(`/rooms/e/${path}`, token, {
    method: "POST",
    body: JSON.stringify({ clientId: crypto.randomUUID(), ...body }),
  });
  expect(answer.status).toBeLessThan(300);
  return await answer.json() as Message;
}
const said = async (content: string, more = {}) =>
  await post("messages", { content, ...more });

test("names of emoji become them however a text comes, and each keeps its place", async () => {
  const ann = await server.enter("ann", "e");
  const texts = ["One", ":tada: two `:tada:`", "at 10:30:45", ":+1:", "Five"];
  texts.forEach((content, i) =>
    ann.send({
      ...{ event: "chat-message", roomId: "e" },
      message: { clientId: `c${i}`, content },
    })
  );
  const messages = [];
  for (const _ of texts) {
    messages.push((await ann.next("new-message")).message);
  }
  expect(messages.map(({ content }) => content)).toEqual(
    ["One", "🎉 two `:tada:`", "at 10:30:45", "👍", "Five"],
  );
  const { id } = messages[0]!;
  const edit = { event: "edit-message", clientId: "e1", id };
  ann.send({ ...edit, roomId: "e", content: "Now :heart:" });
  expect((await ann.next("message-edited")).content).toBe("Now ❤️");
  expect((await said("By HTTP :cake: and :fingerprint:")).content)
    .toBe("By HTTP 🍰 and 🫆");
  const edited = await post("amendments", {
    ...{ event: "edit-message", id, content: "Then :x:" },
  });
  expect(edited.content).toBe("Then ❌");
});

test("what no emoji is called, and what would be too long, stays as it was typed", async () => {
  for (const name of ["constructor", "__proto__", "no_such_emoji"]) {
    expect((await said(`A :${name}: here`)).content).toBe(`A :${name}: here`);
  }
  const long = ":wales:".repeat(LIMITS.contentLength / 7);
  expect((await said(long)).content).toBe(long);
});

test("whoever is mentioned is so by a name that stayed", async () => {
  const { content, mentions } = await said("@Ben :tada: @Ann :x:", {
    mentions: [{ id: "ben", name: "Ben" }, { id: "ann", name: "Ann :x:" }],
  });
  expect([content, mentions]).toEqual([
    "@Ben 🎉 @Ann ❌",
    [{ id: "ben", name: "Ben" }],
  ]);
});
