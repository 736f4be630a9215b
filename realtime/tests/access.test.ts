import { afterAll, beforeAll, expect, test } from "bun:test";
import { type ClientFrame, CLOSE, type Role } from "../protocol.ts";
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

test("a token is renewed only for the same person", async () => {
  const ann = await server.enter("ann", "kept");
  ann.send({
    event: "identify",
    token: await server.issuer.personToken("ben", { kept: "member" }),
  });
  expect((await ann.closed).code).toBe(CLOSE.token);
});

test("a removed member is out at once, until they are a member again", async () => {
  const { issuer, handOver } = server;
  const token = await issuer.personToken("ben", { m: "member", n: "member" });
  const ann = await server.enter("ann", "m");
  const ben = new TestClient(server.port);
  await ben.identify(token);
  await ben.join("m");
  await ben.join("n");
  const only = await server.enter("ben", "m");
  const removed = issuer.membership.remove("m", "ben");
  expect((await handOver("m", removed)).status).toBe(204);
  expect(await ben.next("membership")).toMatchObject({ removed: true });
  expect((await only.closed).code).toBe(CLOSE.notMember);
  ann.chat("m", "c1", "Now among us");
  await ann.next("message-ack");
  ben.send({ event: "join-room", roomId: "m" });
  expect(await ben.next("error")).toMatchObject({ code: "not-member" });
  ben.chat("m", "c2", "I am back");
  expect(await ben.next("error")).toMatchObject({ code: "not-member" });
  expect((await server.call("/rooms/m/messages", token)).status).toBe(404);
  await ben.join("n");
  expect(JSON.stringify(ben.frames)).not.toContain("among us");
  await handOver("m", issuer.membership.add("m", "ben"));
  expect(await ben.next("membership")).toMatchObject({ removed: false });
  expect((await server.call("/rooms/m/messages", token)).status).toBe(200);
  await ben.join("m");
});

test("in an archived room everything is read and nothing is written, until it is brought back", async () => {
  const { issuer, handOver } = server;
  const ann = await server.enter("ann", "old");
  const ben = await server.enter("ben", "old");
  ann.chat("old", "c1", "Before");
  const { id } = await ann.next("message-ack") as { id: string };
  const { membership } = issuer;
  const as = (role: Role) => {
    membership.add("old", "ann", role);
    return membership.add("old", "ben", role);
  };
  expect((await handOver("old", as("reader"))).status).toBe(204);
  // Those who have it open are told, and go on reading.
  const told = { code: "room-archived", retryable: false, ref: "join-room" };
  expect(await ben.next("error")).toMatchObject(told);
  expect(await ann.next("error")).toMatchObject(told);
  const frames: ClientFrame[] = [
    {
      event: "chat-message",
      roomId: "old",
      message: { clientId: "a1", content: "After" },
    },
    {
      event: "chat-message",
      roomId: "old",
      message: {
        clientId: "a2",
        content: "@ben",
        mentions: [{ id: "ben", name: "ben" }],
      },
    },
    { event: "edit-message", roomId: "old", clientId: "a3", id, content: "x" },
    { event: "delete-message", roomId: "old", clientId: "a4", id },
    {
      event: "react",
      ...{ roomId: "old", clientId: "a5", id, emoji: "👍", on: true },
    },
  ];
  for (const frame of frames) {
    ann.send(frame);
    expect(await ann.next("error")).toMatchObject({
      code: "room-archived",
      retryable: false,
    });
  }
  const token = await issuer.personToken("ann", {});
  const write = async (path: string, body: unknown) => {
    const answer = await server.call(`/rooms/old/${path}`, token, {
      method: "POST",
      body: JSON.stringify(body),
    });
    const { error } = await answer.json() as { error: { code: string } };
    return [answer.status, error.code];
  };
  const refused = [409, "room-archived"];
  expect(await write("messages", { clientId: "h1", content: "x" }))
    .toEqual(refused);
  const react = { event: "react", clientId: "h2", id, emoji: "👍", on: true };
  expect(await write("amendments", react)).toEqual(refused);
  const edit = { event: "edit-message", clientId: "h3", id, content: "x" };
  expect(await write("amendments", edit)).toEqual(refused);
  const page = await server.call("/rooms/old/messages", token);
  expect(await page.json()).toMatchObject({ offset: 1 });
  ben.send({ event: "join-room", roomId: "old" });
  expect(await ben.next("room-joined")).toMatchObject({ offset: 1 });
  // Whoever comes back has not heard of it.
  expect(await ben.next("error")).toMatchObject(told);
  await handOver("old", as("member"));
  ann.chat("old", "c2", "Back");
  expect(await ann.next("message-ack")).toMatchObject({ clientId: "c2" });
});

test("an older list never overwrites a newer one, and one that comes twice changes nothing", async () => {
  const { issuer, handOver } = server;
  const ann = await server.enter("ann", "order");
  const ben = await server.enter("ben", "order");
  const older = issuer.membership.of("order");
  const newer = issuer.membership.remove("order", "ben");
  await handOver("order", newer);
  expect((await ben.closed).code).toBe(CLOSE.notMember);
  expect((await handOver("order", older)).status).toBe(204);
  expect((await handOver("order", newer)).status).toBe(204);
  const token = await issuer.personToken("ben", {});
  expect((await server.call("/rooms/order/messages", token)).status).toBe(404);
  ann.chat("order", "c1", "Still here");
  await ann.next("message-ack");
});

test("a list that is told again ends what a crash left open", async () => {
  const { issuer, hub, handOver } = server;
  const ben = await server.enter("ben", "crashed", "other");
  const stream = await server.call(
    "/rooms/crashed/stream",
    await issuer.personToken("ben", {}),
  );
  // The instance ended between storing the list and telling of it.
  const { membersChanged } = hub;
  hub.membersChanged = () => {};
  const list = issuer.membership.remove("crashed", "ben");
  await handOver("crashed", list);
  hub.membersChanged = membersChanged;
  ben.chat("crashed", "c1", "Not told yet");
  await ben.next("message-ack");
  await handOver("crashed", list);
  expect(await ben.next("membership")).toMatchObject({ removed: true });
  expect((await stream.text()).split("\n").filter(Boolean)).toHaveLength(1);
  ben.chat("crashed", "c2", "Still here?");
  expect(await ben.next("error")).toMatchObject({ code: "not-member" });
});

test("a removal ends live pages", async () => {
  const { issuer } = server;
  const token = await issuer.personToken("eve", { ahead: "member" });
  const stream = await server.call("/rooms/ahead/stream", token);
  const list = issuer.membership.remove("ahead", "eve");
  await server.handOver("ahead", list);
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
