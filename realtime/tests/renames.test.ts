import { afterAll, beforeAll, expect, test } from "bun:test";
import { messageEntry } from "../log/making.ts";
import type { Message, Parts } from "../protocol.ts";
import type { HistoryPage, RoomClips } from "../protocol-http.ts";
import { startTestServer, TestClient, type TestServer } from "./testing.ts";

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

test("whose account is gone is called otherwise, and can say nothing more", async () => {
  const gone = await server.issuer.personToken("gone", { r: "member" });
  const ann = await server.issuer.personToken("ann", { r: "admin" });
  await say(gone, "c1");
  await say(ann, "c2");
  const service = await server.issuer.serviceToken();
  const renamed = await call("/renames", service, {
    userId: "gone",
    name: "Deleted person",
  });
  expect([renamed.status, await renamed.json()]).toEqual([200, {}]);
  const page = await call("/rooms/r/messages", ann);
  const { messages } = await page.json() as HistoryPage;
  expect(messages.slice(0, 1)).toMatchObject([
    { clientId: "c1", sender: { id: "gone", name: "Deleted person" } },
  ]);
  expect(messages[1]?.sender.name).not.toBe("Deleted person");
  expect((await say(gone, "c3")).status).toBe(401);
});

test("a page that shows a file learns that it is gone, also one that comes back", async () => {
  const room = "shown";
  const tokens = await Promise.all(
    ["left", "ann"].map((id) =>
      server.issuer.personToken(id, { [room]: "member" })
    ),
  );
  const sender = { id: "left", name: "Lea" };
  const files = [{ id: "f", name: "tea.jpg", type: "image/jpeg", size: 9 }];
  const { epoch, offset } = await server.hub.log.append(messageEntry(
    { roomId: room, clientId: "c1", sender, timestamp: 1 },
    { content: "Look", files, voice: { clip: "clip" } },
  ));
  const page = await server.enter("ann", room);
  const service = await server.issuer.serviceToken();
  await call("/renames", service, { userId: "left", name: "Deleted person" });
  const entry = await page.next("message-edited");
  expect(entry).toMatchObject({
    ...{ id: `${epoch}-${offset}`, content: "Look", shed: true },
    sender: { id: "left", name: "Deleted person" },
  });
  const back = new TestClient(server.port);
  await back.identify(tokens[1]!);
  const since = { epoch, offset };
  const { entries, recovered } = await back.join(room, since);
  expect(recovered).toBe(true);
  expect(entries).toEqual([entry]);
});

test("the clips of a room are told with whose they are, in parts", async () => {
  const ann = await server.issuer.personToken("ann", { r: "admin" });
  const service = await server.issuer.serviceToken();
  await say(ann, "clip", { clip: "first-clip" });
  const sender = { id: "ben", name: "Ben" };
  const append = (
    clientId: string,
    draft: Parts,
  ) =>
    server.hub.log.append(
      messageEntry({ roomId: "r", clientId, sender, timestamp: 1 }, draft),
    );
  for (let i = 0; i < 510; i += 1) {
    await append(`n${i}`, { content: '"clip":"no"' });
  }
  await append("last", { content: "x", voice: { clip: "last-clip" } });
  const clips: RoomClips["clips"] = [];
  let after: number | undefined = 0;
  let parts = 0;
  while (after !== undefined) {
    const part = await call(`/rooms/r/clips?after=${after}`, service);
    const answer = await part.json() as RoomClips;
    clips.push(...answer.clips);
    after = answer.after;
    parts += 1;
  }
  expect(parts).toBe(2);
  expect(clips).toEqual([
    { id: "first-clip", owner: "ann", message: expect.any(String) },
    { id: "last-clip", owner: "ben", message: expect.any(String) },
  ]);
  for (const { id, message } of clips) {
    const answer = await call(`/rooms/r/messages?id=${message}`, service);
    expect((await answer.json() as Message).voice?.clip).toBe(id);
  }
  expect((await call("/rooms/nobody/clips", service)).status).toBe(200);
});

test("only web may ask for either, and says all that is needed", async () => {
  const ann = await server.issuer.personToken("ann", { r: "admin" });
  const service = await server.issuer.serviceToken();
  expect((await call("/rooms/r/clips", ann)).status).toBe(403);
  const named = { userId: "ben", name: "Gone" };
  expect((await call("/renames", ann, named)).status).toBe(403);
  for (
    const body of [{}, { userId: "ben" }, { ...named, name: "" }, {
      ...named,
      after: 3,
    }, { ...named, name: "x".repeat(201) }]
  ) {
    expect((await call("/renames", service, body)).status).toBe(400);
  }
});
