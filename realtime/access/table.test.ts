import { afterAll, beforeAll, expect, test } from "bun:test";
import type { ClientFrame } from "../protocol.ts";
import {
  startTestServer,
  TestClient,
  type TestServer,
} from "../tests/testing.ts";
import { ROUTES } from "../http/routes.ts";
import { EVENTS, RATES, REQUESTS } from "./table.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({});
});
afterAll(() => server.stop());

type Event = ClientFrame["event"];
const events = Object.keys(EVENTS) as Event[];

/** A frame of each event, in a room. */
const frames = (roomId: string): Record<Event, object> => {
  const on = { roomId, clientId: "c", id: "1-1" };
  return {
    identify: { token: "none" },
    summaries: {},
    "leave-room": { roomId },
    "join-room": { roomId },
    read: { roomId, offset: 0 },
    typing: { roomId },
    "chat-message": { roomId, message: { clientId: "c", content: "Hello" } },
    "edit-message": { ...on, content: "Hello" },
    "delete-message": on,
    react: { ...on, emoji: "👍", on: true },
  };
};

test("the server knows the events of the table, and no others", async () => {
  const source = await Bun.file(`${import.meta.dir}/../frames.ts`).text();
  const known = [...source.matchAll(/case "([a-z-]+)":/g)].map(([, it]) => it);
  expect([...new Set(known)].sort()).toEqual([...events].sort() as string[]);
});

test("what the table gives to who is signed in, nobody else does", async () => {
  for (const event of events) {
    if (event === "identify") continue;
    const socket = new TestClient(server.port);
    await socket.opened;
    socket.send({ event, ...frames("somewhere")[event] });
    const { code } = await socket.next("error");
    expect([event, code]).toEqual([event, "not-identified"]);
    socket.close();
  }
});

test("what the table gives to members, nobody else does", async () => {
  await server.handOver("theirs", {
    version: 1,
    members: { ann: "admin" },
  });
  const socket = await server.connect("cy");
  for (const event of events) {
    if (EVENTS[event].who !== "member") continue;
    socket.send({ event, ...frames("theirs")[event] });
    const { code } = await socket.next("error");
    expect([event, code]).toEqual([event, "not-member"]);
  }
  socket.close();
});

test("no frame is larger than the table says", async () => {
  for (const event of events) {
    const socket = await server.connect("ann");
    const filled = { event, ...frames("theirs")[event], more: "" };
    const more = "x".repeat(EVENTS[event].bytes + 1);
    socket.send({ ...filled, more });
    const answer = await socket.next("error");
    expect([event, answer.code]).toEqual([event, "frame-too-large"]);
    socket.close();
  }
});

test("nothing comes more often than the table says", async () => {
  const socket = await server.connect("ann");
  const often = events.filter((it) => {
    const { who, rate }: { who: string; rate?: string } = EVENTS[it];
    return rate === "requests" && who === "member";
  });
  expect(often.length).toBeGreaterThan(1);
  const limited = socket.next("error", ({ code }) => code === "rate-limited");
  for (let n = 0; n < RATES.requests.burst + 20; n++) {
    const event = often[n % often.length]!;
    socket.send({ event, ...frames("theirs")[event] });
  }
  await limited;
  socket.close();
});

const requests = Object.entries(REQUESTS).map(([request, row]) => {
  const [method = "", path = ""] = request.split(" ");
  return { ...row, request, method, path: path.replace(":id", "theirs") };
});

/** What a request by HTTP is answered: its status, and its code. */
async function answerTo(
  { method, path }: { method: string; path: string },
  token: string,
  body?: string,
) {
  const headers = { "content-type": "application/json" };
  const init = method === "GET" ? {} : { method, headers, body: body ?? "{}" };
  const answer = await server.call(path, token, init);
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json");
  const code = isJson
    ? JSON.parse(text.split("\n")[0]!).error?.code
    : undefined;
  return [answer.status, code];
}

test("every route by HTTP is in the table, and nothing else is", () => {
  const there = ROUTES.map(([method, path]) => `${method} ${path}`);
  expect(Object.keys(REQUESTS).sort()).toEqual(there.sort());
});

test("nobody is let in by HTTP whom the table does not name", async () => {
  const { issuer } = server;
  const cy = await issuer.personToken("cy", {});
  const web = await issuer.serviceToken();
  for (const asked of requests) {
    const { who, request } = asked;
    if (who === "anyone") continue;
    const stranger = await answerTo(asked, "none");
    expect([request, ...stranger]).toEqual([request, 401, "token-invalid"]);
    if (!who.includes("web")) {
      const service = await answerTo(asked, web);
      expect([request, ...service]).toEqual([request, 403, "forbidden"]);
    }
    if (who === "signed in") continue;
    const other = await answerTo(asked, cy, VALID[request]);
    const refused = who === "web" ? [403, "forbidden"] : [404, "not-found"];
    expect([request, ...other]).toEqual([request, ...refused]);
  }
});

/** What is looked at before it is known who may. */
const VALID: Record<string, string> = {
  "POST /rooms/:id/messages": JSON.stringify({ clientId: "c", content: "x" }),
  "POST /rooms/:id/amendments": JSON.stringify({
    ...{ event: "delete-message", clientId: "c", id: "1-1" },
  }),
};

test("no body by HTTP is larger than the table says", async () => {
  const { issuer } = server;
  const ann = await issuer.personToken("ann", { theirs: "admin" });
  const web = await issuer.serviceToken();
  for (const asked of requests) {
    const { who, method, bytes, request } = asked;
    if (method === "GET" || method === "DELETE" || who === "anyone") continue;
    const token = who.includes("web") ? web : ann;
    const answer = await answerTo(asked, token, `"${"x".repeat(bytes)}"`);
    expect([request, ...answer]).toEqual([request, 413, "too-large"]);
  }
});

test("nothing by HTTP comes more often than the table says", async () => {
  const dee = await server.issuer.personToken("dee", {});
  const limited = requests.filter(({ who, rate }) =>
    who === "signed in" && rate === "requests"
  );
  expect(limited.length).toBeGreaterThan(1);
  let last: unknown[] = [];
  for (let n = 0; n < 2 * RATES.requests.burst && last[0] !== 429; n++) {
    last = await answerTo(limited[n % limited.length]!, dee);
  }
  expect(last).toEqual([429, "rate-limited"]);
});
