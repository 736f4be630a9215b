import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Message } from "../protocol.ts";
import type { Leftovers } from "../protocol-http.ts";
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

test("files are taken from web alone, and nothing of them that is not known", async () => {
  const file = {
    ...{ id: "f1", name: "a b.png", type: "image/png", size: 7 },
    ...{ width: 4, height: 3, colour: "#00ff7f", thumbnail: true },
  };
  const send = async (said: object, vouched?: string) => {
    const answer = await server.call("/rooms/r/messages", ann, {
      method: "POST",
      headers: vouched ? { "x-files-token": vouched } : {},
      body: JSON.stringify({ clientId: crypto.randomUUID(), ...said }),
    });
    return { status: answer.status, ...await answer.json() as Message };
  };
  const files = [{ ...file, url: "https://elsewhere.example" }];
  // Whoever is no service may not, whatever else they have.
  expect((await send({ content: "x", files })).files).toBeUndefined();
  expect((await send({ content: "", files })).status).toBe(422);
  expect((await send({ content: "x", files }, ann)).files).toBeUndefined();
  expect((await send({ content: "x", files }, "forged")).status).toBe(401);
  const { status, content, files: kept } = await send(
    { content: "", files },
    web,
  );
  expect({ status, content, kept }).toEqual({
    status: 201,
    content: "",
    kept: [file],
  });
  for (
    const wrong of [
      "x",
      [],
      [null],
      Array(11).fill(file),
      [{ ...file, id: "" }],
      [{ ...file, name: "x".repeat(201) }],
      [{ ...file, size: -1 }],
      [{ ...file, width: 1.5 }],
      [{ ...file, colour: "red;}" }],
      [{ ...file, thumbnail: 1 }],
    ]
  ) {
    expect((await send({ content: "x", files: wrong }, web)).status).toBe(400);
  }
});
