import { afterAll, beforeAll, expect, test } from "bun:test";
import { StoreError } from "../log/log.ts";
import { until } from "../log/testing.ts";
import type { Message, RoomSummary } from "../protocol.ts";
import { type HistoryPage, MOMENT, type Unchanged } from "../protocol-http.ts";
import { startTestServer, type TestServer } from "./testing.ts";

let server: TestServer;
let ann: string;
beforeAll(async () => {
  server = await startTestServer();
  const rooms = { h: "member", s: "member", live: "member" } as const;
  ann = await server.issuer.personToken("ann", rooms);
});
afterAll(() => server.stop());

const post = (body: unknown, token = ann, room = "h") =>
  server.call(`/rooms/${room}/messages`, token, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

test("posts a message once, however often it is sent", async () => {
  const first = await post({ clientId: "p1", content: " Hello " });
  expect(first.status).toBe(201);
  const message = await first.json() as Message;
  expect(message).toMatchObject({ content: "Hello", sender: { id: "ann" } });
  const again = await post({ clientId: "p1", content: "Other" });
  expect(again.status).toBe(200);
  expect(await again.json()).toEqual(message);
  const history = await server.call("/rooms/h/messages", ann);
  const page = await history.json() as HistoryPage;
  expect(page).toMatchObject({ offset: 1, messages: [message] });
});

test("pages by before, after and limit", async () => {
  for (let i = 1; i <= 6; i += 1) {
    await post({ clientId: `s${i}`, content: `${i}` }, ann, "s");
  }
  const contents = async (query: string) => {
    const answer = await server.call(`/rooms/s/messages?${query}`, ann);
    const { messages } = await answer.json() as HistoryPage;
    return messages.map(({ content }) => content).join("");
  };
  expect(await contents("")).toBe("123456");
  expect(await contents("limit=2")).toBe("56");
  expect(await contents("before=5&limit=2")).toBe("34");
  expect(await contents("after=2&limit=2")).toBe("34");
  expect(await contents("limit=100000")).toBe("123456");
});

test("sums up the rooms of the token and moves read positions", async () => {
  const ben = await server.issuer.personToken("ben", { s: "member" });
  const read = await server.call("/rooms/s/read", ben, {
    method: "PUT",
    body: JSON.stringify({ offset: 4 }),
  });
  expect(read.status).toBe(204);
  const answer = await server.call("/summaries?rooms=s,h,nowhere", ben);
  const { rooms } = await answer.json() as {
    rooms: Record<string, RoomSummary>;
  };
  expect(Object.keys(rooms)).toEqual(["s"]);
  expect(rooms.s).toMatchObject({ offset: 6, read: 4, unread: 2 });
  expect(rooms.s?.last).toMatchObject({ content: "6" });
});

test("streams entries as lines, from an offset on, and ends with the member", async () => {
  await post({ clientId: "l1", content: "one" }, ann, "live");
  await post({ clientId: "l2", content: "two" }, ann, "live");
  const answer = await server.call("/rooms/live/stream?after=1", ann);
  expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
  const lines = readLines(answer);
  expect((await lines.next()).value).toMatchObject({ offset: 2 });
  await post({ clientId: "l3", content: "three" }, ann, "live");
  expect((await lines.next()).value).toMatchObject({
    event: "new-message",
    offset: 3,
  });
  const { membership } = server.issuer;
  await server.handOver("live", membership.remove("live", "ann"));
  expect((await lines.next()).done).toBe(true);
});

test("a stream of a room where nobody speaks begins at once", async () => {
  const token = await server.issuer.personToken("flo", { quiet: "member" });
  for (const path of ["/rooms/quiet/stream", "/rooms/quiet/stream?after=0"]) {
    // Long before the first heartbeat.
    const signal = AbortSignal.timeout(4_000);
    const answer = await server.call(path, token, { signal });
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
  }
});

test("one person has 20 live pages open, however many they open at once", async () => {
  const token = await server.issuer.personToken("gus", { many: "member" });
  const open = () => server.call("/rooms/many/stream", token);
  const answers = await Promise.all(Array.from({ length: 30 }, open));
  const taken = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  expect([taken.length, refused.length]).toEqual([20, 10]);
  expect(refused[0]?.headers.get("retry-after")).toBe("2");
  const { streams, openRooms } = server.hub;
  for (const answer of taken) await answer.body?.cancel();
  const closed = () => [...streams].every(({ person }) => person.id !== "gus");
  await until(closed);
  expect(server.hub.openRooms).toBe(openRooms - 1);
  const again = await open();
  expect(again.status).toBe(200);
  await again.body?.cancel();
  await until(closed);
});

test("a store that fails while a live page opens leaves nothing behind", async () => {
  const token = await server.issuer.personToken("hal", { failing: "member" });
  const { log, streams, openRooms } = server.hub;
  const { watch, read } = log;
  const fail = () => Promise.reject(new StoreError("away"));
  const before = streams.size;
  for (const broken of ["watch", "read"] as const) {
    log[broken] = fail;
    const answer = await server.call("/rooms/failing/stream?after=0", token);
    Object.assign(log, { watch, read });
    expect(answer.status).toBe(503);
    expect([streams.size, server.hub.openRooms]).toEqual([before, openRooms]);
  }
});

test("a stream that opens while its reader is removed tells nothing more", async () => {
  const token = await server.issuer.personToken("ed", { live: "member" });
  const { log, streams } = server.hub;
  const { read } = log;
  log.read = async (...range) => {
    log.read = read;
    const slice = await read.apply(log, range);
    const { membership } = server.issuer;
    await server.handOver("live", membership.remove("live", "ed"));
    return slice;
  };
  const answer = await server.call("/rooms/live/stream?after=0", token);
  const listening = [...streams].some(({ person }) => person.id === "ed");
  await answer.body?.cancel();
  expect(listening).toBe(false);
});

async function* readLines(answer: Response): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}

test("answers what is wrong with a status, a code and a sentence", async () => {
  const eve = await server.issuer.personToken("eve", {});
  const service = await server.issuer.serviceToken();
  const get = (path: string, token: string) => server.call(path, token);
  const answers: [answer: Response, status: number, code: string][] = [
    [await get("/rooms/h/messages", eve), 404, "not-found"],
    [await get("/rooms/nowhere/messages", eve), 404, "not-found"],
    [await get("/rooms/h/messages", "nonsense"), 401, "token-invalid"],
    [await get("/rooms/h/messages?before=x", ann), 400, "bad-frame"],
    [await get("/rooms/h/stream", eve), 404, "not-found"],
    [await get("/nowhere", ann), 404, "not-found"],
    [await get("/rooms/h/members", ann), 405, "method-not-allowed"],
    [await post("{"), 400, "bad-json"],
    [await post("x".repeat(262_145)), 413, "too-large"],
    [await post({ clientId: "x", content: "" }), 422, "message-empty"],
    [await post({ clientId: "x", content: "\u2800" }), 422, "message-empty"],
    [
      await post({ clientId: "x", content: "x".repeat(4_001) }),
      422,
      "message-too-long",
    ],
    [await post({ clientId: "x", content: "x" }, eve), 404, "not-found"],
    [await post({ clientId: "x", content: "x" }, service), 403, "forbidden"],
  ];
  const forbidden = await server.call("/rooms/h/members", ann, {
    method: "PUT",
    body: JSON.stringify({ version: 1e9, members: {} }),
  });
  answers.push([forbidden, 403, "forbidden"]);
  for (const [answer, status, code] of answers) {
    const { error } = await answer.json() as {
      error: { code: string; message: string };
    };
    expect({ status: answer.status, code: error.code }).toEqual({
      status,
      code,
    });
    expect(error.message).toMatch(/^[A-Z].*\.$/);
  }
});

test("the service may read any room's history", async () => {
  const service = await server.issuer.serviceToken();
  const answer = await server.call("/rooms/h/messages", service);
  expect(answer.status).toBe(200);
});

test("says that it lives and is ready", async () => {
  expect((await server.call("/healthz", "")).status).toBe(200);
  const ready = await server.call("/readyz", "");
  expect(await ready.json()).toEqual({
    ready: true,
    draining: false,
    store: { name: "sqlite", state: "up" },
    keys: { state: "up" },
  });
});

test("says after how many days messages are deleted", async () => {
  const server = await startTestServer({ retentionDays: 30 });
  const ready = await server.call("/readyz", "");
  expect(await ready.json()).toMatchObject({ retentionDays: 30 });
  await server.stop();
});

test("ends a room for everyone in it, and for good", async () => {
  const rooms = { ending: "member", staying: "member" } as const;
  const token = await server.issuer.personToken("ann", rooms);
  const only = await server.enter("ann", "ending");
  const both = await server.enter("ben", "ending", "staying");
  await post({ clientId: "e1", content: "Secret" }, token, "ending");
  await post({ clientId: "e1", content: "Kept" }, token, "staying");
  const ended = server.issuer.membership.end("ending");
  expect((await server.handOver("ending", ended)).status).toBe(204);
  const erase = (by: string) =>
    server.call("/rooms/ending", by, { method: "DELETE" });
  expect((await erase(token)).status).toBe(403);
  const service = await server.issuer.serviceToken();
  expect((await erase(service)).status).toBe(204);
  expect((await only.closed).code).toBe(4403);
  expect(await both.next("membership"))
    .toEqual({ event: "membership", roomId: "ending", removed: true });
  both.chat("ending", "e2", "Is anyone here?");
  expect(await both.next("error")).toMatchObject({ code: "not-member" });
  both.chat("staying", "e3", "Still here");
  await both.next("message-ack");
  expect((await server.call("/rooms/ending/messages", token)).status).toBe(404);
  expect((await erase(service)).status).toBe(204);
  const { entries, offset } = await server.hub.log.read("ending", 0, 9);
  expect({ entries, offset }).toEqual({ entries: [], offset: 0 });
  const kept = await server.call("/rooms/staying/messages", token);
  expect(await kept.json()).toMatchObject({ offset: 2 });
});

test("limits what one person posts, and says when to come back", async () => {
  const token = await server.issuer.personToken("fast", { h: "member" });
  const answers = await Promise.all(
    Array.from(
      { length: 60 },
      (_, i) => post({ clientId: `f${i}`, content: "x" }, token),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((it) => it === 201).length).toBeGreaterThanOrEqual(40);
  expect(statuses).toContain(429);
  expect((await post({ clientId: "calm", content: "x" })).status).toBe(201);
});

test("names each request, by the caller's name for it if that is one", async () => {
  const url = `http://127.0.0.1:${server.port}/healthz`;
  const idFor = async (given: string) => {
    const answer = await fetch(url, { headers: { "x-request-id": given } });
    return answer.headers.get("x-request-id");
  };
  expect(await idFor("abc-123")).toBe("abc-123");
  for (const given of ["", "a b", "x".repeat(65), '"}']) {
    expect(await idFor(given)).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test("edits, deletes and reacts by HTTP, as a socket may and no more", async () => {
  const posted = await post({ clientId: "a1", content: "Draft" }, ann, "s");
  const { id } = await posted.json() as Message;
  const ben = await server.issuer.personToken("ben", { s: "member" });
  const eve = await server.issuer.personToken("eve", {});
  const amend = (body: object, token = ann) =>
    server.call("/rooms/s/amendments", token, {
      method: "POST",
      body: JSON.stringify({ id, clientId: crypto.randomUUID(), ...body }),
    });
  const edit = { event: "edit-message", content: " Better " };
  const edited = await amend(edit);
  expect(edited.status).toBe(200);
  expect(await edited.json()).toMatchObject({ id, content: "Better" });
  const react = { event: "react", emoji: "👍", on: true };
  const reacted = await (await amend(react, ben)).json() as Message;
  expect(reacted.reactions).toEqual({ "👍": ["ben"] });
  const found = await server.call(`/rooms/s/messages?id=${id}`, ben);
  expect(await found.json()).toEqual(reacted);

  const refusals = [
    await amend(edit, ben),
    await amend({ event: "delete-message" }, ben),
    await amend(edit, eve),
    await amend({ ...edit, id: "1-99999" }),
    await amend({ event: "typing" }),
    await amend({ ...edit, content: "x".repeat(4_001) }),
    await server.call("/rooms/s/messages?id=none", ben),
    await server.call(`/rooms/s/messages?id=${id}`, eve),
  ];
  expect(refusals.map(({ status }) => status))
    .toEqual([403, 403, 404, 404, 400, 422, 404, 404]);
  const gone = await (await amend({ event: "delete-message" })).json();
  expect(gone).toMatchObject({ id, content: "", deletedAt: expect.anything() });
  expect((await amend(edit)).status).toBe(404);
});

test("tells web whether somebody would read what they read before", async () => {
  const cat = await server.issuer.personToken("cat", { c1: "member" });
  const dan = await server.issuer.personToken("dan", { d1: "member" });
  const service = await server.issuer.serviceToken();
  const pages = ["/rooms/c1/messages", "/summaries?rooms=c1", "/activity"];
  const ask = async (asked: { userId: string; since: string }[]) => {
    const body = JSON.stringify({ asked });
    const init = { method: "POST", body };
    const answer = await server.call("/unchanged", service, init);
    return await answer.json() as Unchanged;
  };
  // A room has no log until somebody looks.
  await server.call("/rooms/c1/messages", cat);
  await server.call("/rooms/d1/messages", dan);
  for (const page of pages) {
    const since = (await server.call(page, cat)).headers.get(MOMENT) ?? "";
    const both = [{ userId: "cat", since }, { userId: "dan", since }];
    expect((await ask(both)).unchanged).toEqual([true, true]);
    await post({ clientId: crypto.randomUUID(), content: "new" }, cat, "c1");
    const after = await ask(both);
    expect(after.unchanged).toEqual([false, true]);
    const now = after.now ?? "";
    expect((await ask([{ userId: "cat", since: now }])).unchanged)
      .toEqual([true]);
  }
  const refused = await server.call("/unchanged", cat, { method: "POST" });
  expect(refused.status).toBe(403);
});
