import { expect, test } from "bun:test";
import { startTestServer, TestClient } from "../tests/testing.ts";
import { sweep } from "./upkeep.ts";

test("trims at the start, too: a process may not run for an hour", async () => {
  const trimmed = Promise.withResolvers<unknown>();
  const server = await startTestServer({
    retentionDays: 30,
    logger: (_, event, fields) => {
      if (event === "trimmed") trimmed.resolve(fields);
    },
  });
  expect(await trimmed.promise).toEqual({ entries: 0 });
  await server.stop();
});

test("closes who does not say in time who they are", async () => {
  const server = await startTestServer();
  const silent = new TestClient(server.port);
  await silent.opened;
  const [connection] = server.hub.connections;
  if (!connection) throw new Error("no connection");
  const wait = connection.deadline - Date.now();
  expect(wait).toBeGreaterThan(14_000);
  expect(wait).toBeLessThanOrEqual(15_000);
  sweep(server.hub, new Map());
  expect(connection.closed).toBe(false);
  connection.deadline = Date.now();
  sweep(server.hub, new Map());
  expect((await silent.closed).code).toBe(4001);
  await server.stop();
});

test("past its memory it takes nobody new, and serves who is there", async () => {
  const server = await startTestServer({ maxMemory: 2 ** 40 });
  const ann = await server.enter("ann", "r");
  const small = await startTestServer({ maxMemory: 1 });
  const early = await small.enter("ann", "r");
  const token = await small.issuer.personToken("ben", { r: "member" });
  const refused = async () =>
    (await fetch(`http://127.0.0.1:${small.port}/metrics`).then((it) =>
      it.text()
    )).includes('chatsphere_refusing{work="connections"} 1');
  while (!await refused()) await Bun.sleep(20);
  await expect(new TestClient(small.port).opened).rejects.toThrow();
  const live = await small.call("/rooms/r/stream", token);
  expect(live.status).toBe(503);
  expect(live.headers.get("retry-after")).toBe("2");
  early.chat("r", "c1", "Still served");
  await early.next("message-ack");
  expect((await small.call("/rooms/r/messages", token)).status).toBe(200);
  ann.chat("r", "c1", "Another instance");
  await ann.next("message-ack");
  await Promise.all([small.stop(), server.stop()]);
});

test("with a backlog it refuses messages so that they can be tried again", async () => {
  const server = await startTestServer();
  const ann = await server.enter("ann", "r");
  let waiting = 20_001;
  Object.defineProperty(server.hub.publishQueue, "waiting", {
    get: () => waiting,
  });
  const token = await server.issuer.personToken("ben", { r: "member" });
  const post = await server.call("/rooms/r/messages", token, {
    method: "POST",
    body: JSON.stringify({ clientId: "c1", content: "By HTTP" }),
  });
  expect(post.status).toBe(503);
  expect(post.headers.get("retry-after")).toBe("2");
  await expect(new TestClient(server.port).opened).rejects.toThrow();
  ann.chat("r", "c2", "By socket");
  expect(await ann.next("error")).toMatchObject({
    code: "overloaded",
    retryable: true,
    ref: "c2",
  });
  waiting = 0;
  ann.chat("r", "c2", "By socket");
  const { id, offset } = await ann.next("message-ack");
  expect(offset).toBe(1);
  waiting = 20_001;
  const deletion = { event: "delete-message", roomId: "r", id, clientId: "c3" };
  ann.send(deletion);
  expect(await ann.next("error")).toMatchObject({
    code: "overloaded",
    retryable: true,
    ref: "c3",
  });
  waiting = 0;
  ann.send(deletion);
  expect(await ann.next("message-ack")).toMatchObject({ offset: 2 });
  await server.stop();
});
