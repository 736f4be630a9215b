import { expect, test } from "bun:test";
import { Newcomers } from "./newcomers.ts";
import { CLOSE } from "../protocol.ts";
import { startTestServer, TestClient } from "../tests/testing.ts";

test("one network has so many places, all have so many, and each is given back once", () => {
  const newcomers = new Newcomers(2);
  const first = newcomers.admit("10.0.0.0");
  expect(newcomers.admit("10.0.0.0")).toBeDefined();
  expect(newcomers.admit("::ffff:10.0.0.0")).toBeUndefined();
  first?.settle();
  first?.settle();
  expect(newcomers.admit("10.0.0.0")).toBeDefined();
  expect(newcomers.admit("10.0.0.0")).toBeUndefined();
  for (let i = 1; i < 10; i += 1) {
    expect(newcomers.admit(`2001:db8:0:${i}::1`)).toBeDefined();
    expect(newcomers.admit(`2001:db8:0:${i}::2`)).toBeDefined();
    expect(newcomers.admit(`2001:db8:0:${i}::3`)).toBeUndefined();
  }
  expect(newcomers.admit("10.0.0.99")).toBeUndefined();
});

test("who is not identified has no large frames", async () => {
  const server = await startTestServer();
  const client = new TestClient(server.port);
  await client.opened;
  client.send({ event: "identify", token: "x".repeat(4_096) });
  expect((await client.closed).code).toBe(CLOSE.badFrame);
  const member = await server.enter("ann", "r");
  member.chat("r", "c", "x".repeat(4_001));
  expect(await member.next("error")).toMatchObject({
    code: "message-too-long",
  });
  await server.stop();
});

test("whoever has as many unidentified sockets as they may gets no more, and others do", async () => {
  const server = await startTestServer({ trustProxy: true });
  const from = (ip: string) =>
    new TestClient(server.port, { "x-forwarded-for": `1.1.1.1, ${ip}` });
  const opens = (client: TestClient) =>
    client.opened.then(() => true, () => false);
  // Some proxies write the port, too, which is another for each socket.
  const many = Array.from(
    { length: 200 },
    (_, i) => from(i % 2 ? "10.0.0.1" : `10.0.0.1:${4_000 + i}`),
  );
  await Promise.all(many.map(({ opened }) => opened));
  for (const written of ["10.0.0.1", "10.0.0.1:9", "::ffff:a00:1"]) {
    expect(await opens(from(written))).toBe(false);
  }
  const newcomer = from("10.0.0.2");
  expect(await opens(newcomer)).toBe(true);
  // Whoever says who they are makes room for the next.
  const token = await server.issuer.personToken("ann", { r: "member" });
  await many[0]?.identify(token);
  expect(await opens(from("10.0.0.1"))).toBe(true);
  [...many, newcomer].forEach((client) => client.close());
  await server.stop();
});

test("a person's messages are counted over all their sockets, and by HTTP", async () => {
  const server = await startTestServer({ messageRate: 1, messageBurst: 20 });
  const clients = await Promise.all(
    Array.from({ length: 5 }, () => server.enter("ann", "r")),
  );
  for (const [i, client] of clients.entries()) {
    for (let n = 0; n < 10; n += 1) client.chat("r", `c-${i}-${n}`, "x");
  }
  // What comes after them is answered after them.
  await Promise.all(clients.map((client) => client.join("r")));
  const refused = clients.flatMap(({ frames }) =>
    frames.filter((frame) => frame.event === "error")
  );
  expect(refused.length).toBeGreaterThan(25);
  const token = await server.issuer.personToken("ann", { r: "member" });
  const posted = await server.call("/rooms/r/messages", token, {
    method: "POST",
    body: JSON.stringify({ clientId: "h", content: "x" }),
  });
  expect(posted.status).toBe(429);
  const ben = await server.enter("ben", "r");
  ben.chat("r", "b", "x");
  await ben.next("message-ack");
  const { offset } = await ben.join("r");
  expect(offset).toBeLessThan(25);
  await server.stop();
});

test("one person has no more sockets than many devices would need", async () => {
  const server = await startTestServer();
  const clients = [];
  for (let i = 0; i < 64; i += 1) {
    clients.push(await server.connect("ann", "r"));
  }
  const late = new TestClient(server.port);
  await late.opened;
  const token = await server.issuer.personToken("ann", { r: "member" });
  late.send({ event: "identify", token });
  expect((await late.closed).code).toBe(CLOSE.flooding);
  clients[0]?.close();
  await clients[0]?.closed;
  await server.connect("ann", "r");
  await server.stop();
});
