import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestServer, TestClient, type TestServer } from "./testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test("what one sends is acknowledged and reaches the other once", async () => {
  const ann = await server.enter("ann", "first");
  const ben = await server.enter("ben", "first");
  ann.chat("first", "c1", "  Hello\n");
  const ack = await ann.next("message-ack");
  const { message } = await ben.next("new-message");
  expect(message).toEqual({
    id: ack.id,
    clientId: "c1",
    sender: { id: "ann", name: "Name of ann" },
    content: "Hello",
    timestamp: ack.timestamp,
    offset: 1,
  });
  ann.chat("first", "c1", "Hello again");
  expect(await ann.next("message-ack")).toEqual(ack);
  ann.chat("first", "c2", "Second");
  const second = await ben.next("new-message");
  expect(second.message).toMatchObject({ content: "Second", offset: 2 });
});

test("keeps the order of one sender", async () => {
  const ann = await server.enter("ann", "order");
  const ids = Array.from({ length: 30 }, (_, i) => `c${i}`);
  for (const id of ids) ann.chat("order", id, id);
  await ann.next("message-ack", ({ clientId }) => clientId === "c29");
  const order = (event: string) =>
    ann.frames.flatMap((frame) => {
      if (frame.event !== event) return [];
      if (frame.event === "message-ack") return [frame.clientId];
      return frame.event === "new-message" ? [frame.message.clientId] : [];
    });
  expect(order("message-ack")).toEqual(ids);
  expect(order("new-message")).toEqual(ids);
});

test("what one sends from several devices at a time keeps the order of each device", async () => {
  // Somebody of whom no other test counts messages: how many a person may send at a time is limited.
  const roles = { devices: "member" } as const;
  const sockets = [
    await server.enter("dan", "devices"),
    await server.enter("dan", "devices"),
  ];
  const tokens = await Promise.all(
    [1, 2].map(() => server.issuer.personToken("dan", roles)),
  );
  // Each third takes longer on its way: it names an emoji.
  const textOf = (device: string, n: number) =>
    n % 3 === 0 ? `${device} ${n} :tada:` : `${device} ${n}`;
  const post = (token: string, device: string, n: number) =>
    server.call("/rooms/devices/messages", token, {
      method: "POST",
      body: JSON.stringify({
        ...{ clientId: `${device}${n}`, content: textOf(device, n) },
      }),
    });
  const numbers = [1, 2, 3, 4, 5, 6];
  const posts: Promise<Response>[] = [];
  for (const n of numbers) {
    sockets.forEach((socket, i) =>
      socket.chat("devices", `s${i}${n}`, textOf(`s${i}`, n))
    );
    tokens.forEach((token, i) => posts.push(post(token, `t${i}`, n)));
  }
  const answers = await Promise.all(posts);
  expect(answers.map(({ status }) => status)).toEqual(
    Array(2 * numbers.length).fill(201),
  );
  for (const [i, socket] of sockets.entries()) {
    await socket.next("message-ack", ({ clientId }) => clientId === `s${i}6`);
  }
  const { messages } = await server.hub.log.page("devices", { limit: 50 });
  for (const device of ["s0", "s1"]) {
    const stored = messages.map(({ content }) => content.split(" "))
      .filter(([from]) => from === device).map(([, n]) => Number(n));
    expect([device, ...stored]).toEqual([device, ...numbers]);
  }
  // By HTTP the order is that of arrival; each came over a connection of its own.
  expect(messages).toHaveLength(4 * numbers.length);
});

test("frames sent at once, before identify has answered, wait for it", async () => {
  const client = new TestClient(server.port);
  await client.opened;
  // Nothing of other rooms is told to her in between.
  const token = await server.issuer.personToken("eve", { burst: "member" });
  client.send({ event: "identify", token });
  client.send({ event: "join-room", roomId: "burst" });
  client.chat("burst", "c1", "At once");
  await client.next("message-ack");
  const events = client.frames.map(({ event }) => event);
  expect(events.indexOf("identified")).toBe(0);
  expect(events.indexOf("room-joined")).toBe(1);
});

test("tells read positions to a person's other sockets and on identify", async () => {
  const ann = await server.enter("ann", "reads");
  const phone = await server.enter("ann", "reads");
  ann.chat("reads", "c1", "One");
  await ann.next("message-ack");
  ann.send({ event: "read", roomId: "reads", offset: 1 });
  expect(await phone.next("read")).toMatchObject({ offset: 1 });
  expect(await phone.join("reads")).toMatchObject({ offset: 1, read: 1 });
});

test("tells who is there and who types, and nobody else's room", async () => {
  const ann = await server.enter("ann", "presence");
  const ben = await server.enter("ben", "presence");
  const both = await ann.next("presence", ({ online }) => online.length === 2);
  expect(both.online.map(({ id }) => id)).toEqual(["ann", "ben"]);
  ben.send({ event: "typing", roomId: "presence" });
  expect((await ann.next("typing")).sender.id).toBe("ben");
  ben.close();
  const left = await ann.next("presence");
  expect(left.online.map(({ id }) => id)).toEqual(["ann"]);
});

test("lets the writer edit, writer and admin delete, everyone react", async () => {
  const ann = await server.enter("ann", "amend");
  const ben = await server.enter("ben", "amend");
  const admin = new TestClient(server.port);
  const claims = { amend: "admin" } as const;
  await admin.identify(await server.issuer.personToken("cy", claims));
  ann.chat("amend", "c1", "Teh text");
  const { id } = await ann.next("message-ack");
  const change = (event: string, clientId: string, more = {}) => ({
    event,
    roomId: "amend",
    clientId,
    id,
    ...more,
  });
  ben.send(change("edit-message", "e1", { content: "Mine" }));
  expect(await ben.next("error")).toMatchObject({
    code: "forbidden",
    ref: "e1",
  });
  ben.send(change("delete-message", "d1"));
  expect(await ben.next("error")).toMatchObject({ code: "forbidden" });
  ann.send(change("edit-message", "e2", { content: "The text" }));
  const edited = await ben.next("message-edited");
  expect(edited).toMatchObject({ id, offset: 2, content: "The text" });
  ben.send(change("react", "r1", { emoji: "👍", on: true }));
  expect(await ann.next("reaction")).toMatchObject({ id, emoji: "👍" });
  admin.send(change("delete-message", "d2"));
  expect(await ann.next("message-deleted")).toMatchObject({ id, offset: 4 });
  ann.send(change("edit-message", "e3", { content: "Back" }));
  expect(await ann.next("error")).toMatchObject({ code: "not-found" });
  const late = await server.enter("dee", "amend");
  const joined = late.frames.find((it) => it.event === "room-joined");
  expect(joined).toMatchObject({ messages: [{ id, content: "" }] });
});

test("says nothing of a room, and takes nothing for it, to a stranger", async () => {
  const eve = await server.enter("eve", "elsewhere");
  const ann = await server.enter("ann", "private");
  const attempts = [
    { event: "join-room", roomId: "private" },
    {
      event: "chat-message",
      roomId: "private",
      message: { clientId: "x", content: "hi" },
    },
    { event: "typing", roomId: "private" },
    { event: "read", roomId: "private", offset: 1 },
    {
      event: "delete-message",
      roomId: "private",
      clientId: "x",
      id: "1-1",
    },
    { event: "join-room", roomId: "no-such-room" },
  ];
  for (const attempt of attempts) {
    eve.send(attempt);
    expect(await eve.next("error")).toMatchObject({ code: "not-member" });
  }
  ann.chat("private", "c1", "Secret");
  await ann.next("message-ack");
  await eve.join("elsewhere");
  expect(JSON.stringify(eve.frames)).not.toContain("Secret");
});
