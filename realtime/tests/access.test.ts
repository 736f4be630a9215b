import { afterAll, beforeAll, expect, test } from "bun:test";
import { CLOSE } from "../protocol.ts";
import { startTestServer, TestClient, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const seconds = () => Math.floor(Date.now() / 1000);

async function identifyWith(token: string): Promise<TestClient> {
  const client = new TestClient(server.port);
  await client.opened;
  client.send({ event: "identify", token });
  return client;
}

test("closes with 4401 on a token that is not good", async () => {
  const { issuer } = server;
  const tokens = await Promise.all([
    issuer.personToken("ann", {}, { exp: seconds() - 5 }),
    issuer.personToken("ann", {}, { aud: "transcriber" }),
    issuer.serviceToken(),
    "nonsense",
  ]);
  for (const token of tokens) {
    const client = await identifyWith(token);
    const error = await client.next("error");
    expect(error).toMatchObject({ ref: "identify", retryable: false });
    expect((await client.closed).code).toBe(CLOSE.token);
  }
});

test("closes with 4401 when the token ends, unless it was renewed", async () => {
  const short = { exp: seconds() + 2 };
  const { issuer } = server;
  const token = await issuer.personToken("ann", { r: "member" }, short);
  const lapsing = new TestClient(server.port);
  const renewing = new TestClient(server.port);
  const { expiresAt } = await lapsing.identify(token);
  expect(expiresAt).toBe(short.exp * 1000);
  await renewing.identify(token);
  await renewing.identify(await issuer.personToken("ann", { r: "member" }));
  expect((await lapsing.closed).code).toBe(CLOSE.token);
  await renewing.join("r");
});

test("a renewed token is the new authority, and only for the same person", async () => {
  const { issuer } = server;
  const ann = await server.enter("ann", "kept", "lost");
  await ann.identify(await issuer.personToken("ann", { kept: "member" }));
  const lost = { event: "membership", roomId: "lost", removed: true } as const;
  expect(ann.frames).toContainEqual(lost);
  ann.chat("lost", "c1", "Still here?");
  expect(await ann.next("error")).toMatchObject({ code: "not-member" });
  ann.send({
    event: "identify",
    token: await issuer.personToken("ben", { kept: "member" }),
  });
  expect((await ann.closed).code).toBe(CLOSE.token);
});

test("a removed member is out at once, and an old token does not help", async () => {
  const { issuer } = server;
  const old = await issuer.personToken("ben", { m: "member", n: "member" });
  const ann = await server.enter("ann", "m");
  const ben = new TestClient(server.port);
  await ben.identify(old);
  await ben.join("m");
  await ben.join("n");
  const only = await server.enter("ben", "m");
  const service = await issuer.serviceToken();
  const change = (removed: boolean) =>
    server.call("/rooms/m/membership", service, {
      method: "POST",
      body: JSON.stringify({ userId: "ben", removed }),
    });
  expect((await change(true)).status).toBe(204);
  expect(await ben.next("membership")).toMatchObject({ removed: true });
  expect((await only.closed).code).toBe(CLOSE.notMember);
  ann.chat("m", "c1", "Now among us");
  await ann.next("message-ack");
  ben.send({ event: "join-room", roomId: "m" });
  expect(await ben.next("error")).toMatchObject({ code: "not-member" });
  await ben.identify(old);
  ben.chat("m", "c2", "I am back");
  expect(await ben.next("error")).toMatchObject({ code: "not-member" });
  expect((await server.call("/rooms/m/messages", old)).status).toBe(404);
  await ben.join("n");
  expect(JSON.stringify(ben.frames)).not.toContain("among us");
  expect((await change(false)).status).toBe(204);
  expect(await ben.next("membership")).toMatchObject({ removed: false });
  // From when they were somebody else there, an admin perhaps.
  expect((await server.call("/rooms/m/messages", old)).status).toBe(404);
  await ben.identify(old);
  ben.send({ event: "join-room", roomId: "m" });
  expect(await ben.next("error")).toMatchObject({ code: "not-member" });
  const rooms = { m: "member", n: "member" } as const;
  const iat = Date.now() / 1000;
  const fresh = await issuer.personToken("ben", rooms, { iat });
  expect((await server.call("/rooms/m/messages", fresh)).status).toBe(200);
  await ben.identify(fresh);
  await ben.join("m");
});

test("a removal that is told again spares whoever is back since", async () => {
  const { issuer, hub } = server;
  const at = Date.now() - 2_000;
  const roles = { back: "member", other: "member" } as const;
  const enter = async (user: string, iat: number) => {
    const client = new TestClient(server.port);
    await client.identify(await issuer.personToken(user, roles, { iat }));
    for (const room of Object.keys(roles)) await client.join(room);
    return client;
  };
  const back = await enter("cy", at / 1000 + 1);
  const gone = await enter("dan", at / 1000 - 1);
  const stream = await server.call(
    "/rooms/back/stream",
    await issuer.personToken("dan", roles, { iat: at / 1000 - 1 }),
  );
  for (const userId of ["cy", "dan"]) {
    hub.remembered({ roomId: "back", userId, removed: true, at });
  }
  expect(await gone.next("membership")).toMatchObject({ removed: true });
  gone.chat("back", "d1", "Still here?");
  expect(await gone.next("error")).toMatchObject({ code: "not-member" });
  expect((await stream.text()).trim()).toBe("");
  gone.chat("other", "d2", "Still in the other one");
  await gone.next("message-ack");
  back.chat("back", "c1", "Here again");
  await back.next("message-ack");
  expect(back.frames).not.toContainEqual(
    expect.objectContaining({ event: "membership" }),
  );
});

test("a removal ends live pages whatever the clock of their token says", async () => {
  const { issuer } = server;
  const rooms = { ahead: "member" } as const;
  const iat = Date.now() / 1000 + 60;
  const token = await issuer.personToken("eve", rooms, { iat });
  const stream = await server.call("/rooms/ahead/stream", token);
  await server.call("/rooms/ahead/membership", await issuer.serviceToken(), {
    method: "POST",
    body: JSON.stringify({ userId: "eve", removed: true }),
  });
  expect((await stream.text()).trim()).toBe("");
});

test("lets in web's pages and programs, and no other page", async () => {
  const page = new TestClient(server.port, { origin: server.issuer.url });
  await page.opened;
  const other = new TestClient(server.port, { origin: "https://evil.example" });
  await expect(other.opened).rejects.toThrow();
  const refused = await fetch(`http://localhost:${server.port}/`, {
    headers: { upgrade: "websocket", origin: "https://evil.example" },
  });
  expect(refused.status).toBe(403);
  expect(refused.headers.get("x-content-type-options")).toBe("nosniff");
});

test("refuses more connections than it may have", async () => {
  const small = await startTestServer({ maxConnections: 1 });
  const first = await small.enter("ann", "r");
  const second = new TestClient(small.port);
  await expect(second.opened).rejects.toThrow();
  first.close();
  await first.closed;
  await small.stop();
});
