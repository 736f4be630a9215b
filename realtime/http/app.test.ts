import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "../tests/testing.ts";

let server: TestServer;
let ann: string;
const lines: Record<string, unknown>[] = [];
beforeAll(async () => {
  server = await startTestServer({
    logger: (_, event, fields) => {
      if (event === "request") lines.push(fields ?? {});
    },
  });
  ann = await server.issuer.personToken("ann", { "a b": "member" });
});
afterAll(() => server.stop());

/** Status and code of an answer. */
async function ask(path: string, init: RequestInit = {}) {
  const url = `http://127.0.0.1:${server.port}${path}`;
  const answer = await fetch(url, init);
  const text = await answer.text();
  const code = text.startsWith("{") ? JSON.parse(text).error?.code : undefined;
  return [answer.status, code];
}

test("an address that is none is not found, and a method that is none is said to be", async () => {
  const notFound = [404, "not-found"];
  const notThisWay = [405, "method-not-allowed"];
  for (const path of ["/", "/rooms", "/rooms//messages", "/rooms/a/", "/x"]) {
    expect(await ask(path)).toEqual(notFound);
  }
  expect(await ask("/healthz/")).toEqual(notFound);
  expect(await ask("/%zz")).toEqual(notFound);
  expect(await ask("/healthz", { method: "POST" })).toEqual(notThisWay);
  expect(await ask("/rooms/a", { method: "GET" })).toEqual(notThisWay);
  expect(await ask("/rooms/%zz/read")).toEqual(notThisWay);
  expect(await ask("/metrics", { method: "POST" })).toEqual(notThisWay);
  const elsewhere = { headers: { host: "live.acme.example" } };
  expect(await ask("/metrics", { method: "POST", ...elsewhere }))
    .toEqual(notFound);
});

test("whoever asks for the head alone gets what they always got", async () => {
  const url = `http://127.0.0.1:${server.port}`;
  for (const [path, status] of [["/healthz", 405], ["/nothing", 404]]) {
    const answer = await fetch(`${url}${path}`, { method: "HEAD" });
    expect(answer.status).toBe(Number(status));
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.headers.get("x-request-id")).toBeString();
    expect(await answer.text()).toBe("");
  }
});

test("the id of a room is decoded once, and refused where it is malformed", async () => {
  const headers = { authorization: `Bearer ${ann}` };
  expect(await ask("/rooms/a%20b/messages", { headers }))
    .toEqual([200, undefined]);
  expect(await ask("/rooms/a%2520b/messages", { headers }))
    .toEqual([404, "not-found"]);
  for (const part of ["%", "%zz", "a%ff", "%c3%28"]) {
    expect(await ask(`/rooms/${part}/messages`, { headers }))
      .toEqual([400, "bad-frame"]);
  }
});

test("every answer has its id and is kept nowhere, and all but probes have a line", async () => {
  const url = `http://127.0.0.1:${server.port}`;
  const asked = { "x-request-id": "asked-for-1234567" };
  for (const path of ["/healthz", "/rooms/r/messages", "/nothing"]) {
    lines.length = 0;
    const { headers } = await fetch(`${url}${path}`, { headers: asked });
    expect(headers.get("x-request-id")).toBe("asked-for-1234567");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(lines.map(({ requestId, route, code }) => [requestId, route, code]))
      .toEqual(
        {
          "/healthz": [],
          "/rooms/r/messages": [
            ["asked-for-1234567", "/rooms/:id/messages", "token-invalid"],
          ],
          "/nothing": [["asked-for-1234567", "unknown", "not-found"]],
        }[path] as never,
      );
  }
});
