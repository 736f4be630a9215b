import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Leftovers, Message } from "../protocol.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer, ann: string, web: string;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.issuer.personToken("ann", { r: "member" });
  web = await server.issuer.serviceToken();
});
afterAll(() => server.stop());

const post = (path: string, token: string, body: unknown) =>
  server.call(path, token, { method: "POST", body: JSON.stringify(body) });

/** Sends a message; its status and what became of it. */
async function say(said: object) {
  const clientId = crypto.randomUUID();
  const answer = await post("/rooms/r/messages", ann, { clientId, ...said });
  return { status: answer.status, ...await answer.json() as Message };
}

const leftovers = async (): Promise<Leftovers> =>
  await (await server.call("/leftovers", web)).json() as Leftovers;

test("a message has text, a voice note or both, and never nothing", async () => {
  const voice = { clip: "clip-1" };
  expect(await say({ content: "Words", voice })).toMatchObject({
    ...{ status: 201, content: "Words", voice },
  });
  for (const content of ["", "  ", "\u200b", undefined]) {
    expect(await say({ content, voice })).toMatchObject({
      ...{ status: 201, content: "", voice },
    });
    expect((await say({ content })).status).toBeGreaterThanOrEqual(400);
  }
  // As programs said it before messages had parts.
  expect(await say({ content: "Words", clip: "clip-1" })).toMatchObject({
    ...{ status: 201, content: "Words", voice },
  });
  for (const wrong of [{ voice: "x" }, { voice: {} }, { clip: 7 }]) {
    expect((await say({ content: "Words", ...wrong })).status).toBe(400);
  }
  expect((await say({ content: 7, voice })).status).toBe(400);
});

test("what hung on a message is told to web alone, until web has taken it", async () => {
  const { id } = await say({ content: "", voice: { clip: "to-go" } });
  expect(await leftovers()).toEqual({ leftovers: [] });
  const event = "delete-message", clientId = crypto.randomUUID();
  await post("/rooms/r/amendments", ann, { event, clientId, id });
  const told = await leftovers();
  expect(told.leftovers).toMatchObject([
    {
      roomId: "r",
      attached: [{ kind: "clip", id: "to-go", owner: "ann" }],
    },
  ]);
  expect(await leftovers()).toEqual(told);
  const taken = { taken: told.leftovers };
  expect((await server.call("/leftovers", ann)).status).toBe(403);
  expect((await post("/leftovers/taken", ann, taken)).status).toBe(403);
  for (const wrong of [{}, { taken: [{ roomId: "r" }] }, { taken: [null] }]) {
    expect((await post("/leftovers/taken", web, wrong)).status).toBe(400);
  }
  expect(await leftovers()).toEqual(told);
  expect((await post("/leftovers/taken", web, taken)).status).toBe(204);
  expect(await leftovers()).toEqual({ leftovers: [] });
});
