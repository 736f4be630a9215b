import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Message } from "../protocol.ts";
import type { PostAnswers } from "../protocol-http.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test("posts that web sends together are each as if it had come by itself", async () => {
  await server.handOver("p1", {
    version: 1,
    members: { ann: "admin", ben: "member", old: "reader" },
  });
  const service = await server.issuer.serviceToken();
  const tokenOf = (who: string) => server.issuer.personToken(who, {});
  const [ann, ben, old, eve] = await Promise.all(
    ["ann", "ben", "old", "eve"].map(tokenOf),
  );
  const send = async (posts: object[], token = service) => {
    const init = { method: "POST", body: JSON.stringify({ posts }) };
    return await server.call("/posts", token, init);
  };
  const say = (token: string | undefined, clientId: string, more = {}) => ({
    ...{ token, roomId: "p1" },
    message: { clientId, content: `It is ${clientId}`, ...more },
  });
  const answer = await send([
    say(ann, "c1"),
    say(ben, "c1"),
    say(ann, "c2"),
    say(ann, "c1"),
    say(eve, "c1"),
    say(old, "c1"),
    say("none", "c1"),
    say(service, "c1"),
    say(ben, "c3", { content: "x".repeat(4_001) }),
    say(ben, "c4", { files: [{ id: "f", name: "a", type: "b", size: 1 }] }),
  ]);
  const { answers } = await answer.json() as PostAnswers;
  expect(answers.map(({ status }) => status))
    .toEqual([201, 201, 201, 200, 404, 409, 401, 403, 422, 201]);
  const read = await server.call("/rooms/p1/messages", ann ?? "");
  const { messages } = await read.json() as { messages: Message[] };
  // Of two people it may be either's message that comes first.
  const saidBy = (who: string) => messages.filter((it) => it.sender.id === who);
  const bodiesOf = (...which: number[]) =>
    which.map((i) => answers[i]!.body as Message);
  expect(messages).toHaveLength(4);
  expect(saidBy("ann")).toEqual(bodiesOf(0, 2));
  expect(saidBy("ben")).toEqual(bodiesOf(1, 9));
  expect(bodiesOf(0, 1, 2, 9).map(({ clientId }) => clientId))
    .toEqual(["c1", "c1", "c2", "c4"]);
  expect(answers[3]!.body).toEqual(answers[0]!.body);
  // Nobody but web says that a file is there, and web said nothing of this one.
  expect(saidBy("ben")[1]!.files).toBeUndefined();
  expect((await send([], ann ?? "")).status).toBe(403);
  const many = Array.from({ length: 101 }, (_, i) => say(ann, `m${i}`));
  for (const bad of [[{ token: ann }], [say(undefined, "c5")], many]) {
    expect((await send(bad)).status).toBe(400);
  }
});
