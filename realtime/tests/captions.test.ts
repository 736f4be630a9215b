import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Message } from "../protocol.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer, ann: string, web: string;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.issuer.personToken("ann", { r: "member" });
  web = await server.issuer.serviceToken();
});
afterAll(() => server.stop());

const post = (path: string, body: object, headers = {}) =>
  server.call(path, ann, {
    method: "POST",
    body: JSON.stringify({ clientId: crypto.randomUUID(), ...body }),
    headers,
  });

const say = async (said: object) =>
  await (await post("/rooms/r/messages", { content: "Look", ...said }, {
    "x-files-token": web,
  })).json() as Message;

const edit = (id: string, content?: unknown) =>
  post("/rooms/r/amendments", { event: "edit-message", id, content });

const PARTS = [
  { voice: { clip: "clip-1", ms: 1_200, peaks: [1], words: [["Look", 0, 9]] } },
  { files: [{ id: "file-1", name: "a.txt", type: "text/plain", size: 1 }] },
];
for (const part of PARTS) {
  const [what] = Object.keys(part);
  test(`a message keeps its ${what} when its text is taken away`, async () => {
    const { id } = await say(part);
    for (const nothing of ["", " \u2800 "]) {
      expect((await edit(id, "Again")).status).toBe(200);
      const answer = await edit(id, nothing);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ content: "", ...part });
    }
    expect((await edit(id)).status).toBe(400);
    const client = await server.enter("ann", "r");
    const frame = { event: "edit-message", roomId: "r", id };
    client.send({ ...frame, clientId: `${what}-1`, content: "Once more" });
    client.send({ ...frame, clientId: `${what}-2`, content: "" });
    for (const content of ["Once more", ""]) {
      expect(await client.next("message-edited")).toMatchObject({ content });
    }
    client.close();
  });
}

test("a message that is its text alone is not edited to nothing", async () => {
  const { id } = await say({});
  for (const nothing of ["", " ", "\u3164"]) {
    const answer = await edit(id, nothing);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      error: { code: "message-empty" },
    });
  }
  const client = await server.enter("ann", "r");
  const frame = { event: "edit-message", roomId: "r", id, content: "" };
  client.send({ ...frame, clientId: "bare" });
  expect(await client.next("error")).toMatchObject({
    code: "message-empty",
    ref: "bare",
  });
  const now = await server.call(`/rooms/r/messages?id=${id}`, ann);
  expect(await now.json()).toMatchObject({ content: "Look" });
  client.close();
});
