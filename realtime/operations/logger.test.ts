import { expect, test } from "bun:test";
import { StoreError } from "../log/log.ts";
import { logLine } from "../common/log-line.ts";
import { errorFields } from "./logger.ts";
import { PeopleLimits } from "../connections/people-limits.ts";
import { startTestServer } from "../tests/testing.ts";

test("says of an error what caused it, in few words", () => {
  const cause = new Error(`OOM command not allowed ${"x".repeat(500)}`);
  const fields = errorFields(new StoreError("Redis failed.", { cause }));
  expect(fields).toMatchObject({
    error: "StoreError",
    code: "store-unavailable",
    reason: "Redis failed.",
  });
  expect(fields.cause).toStartWith("OOM command not allowed");
  expect(String(fields.cause)).toHaveLength(200);
  expect(errorFields("text")).toEqual({ error: "string" });
});

test("one line a request, with its id and without what was said", async () => {
  const lines: string[] = [];
  const server = await startTestServer({
    logger: (level, event, fields = {}) => {
      lines.push(logLine("realtime", false, new Date(), level, event, fields));
    },
  });
  const token = await server.issuer.personToken("ann", { room1: "member" });
  const url = `http://127.0.0.1:${server.port}`;
  const ask = (path: string, init?: RequestInit) =>
    fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "x-request-id": "mine-1" },
    });
  const body = JSON.stringify({ clientId: "c1", content: "Private words" });
  await ask("/rooms/room1/messages", { method: "POST", body });
  const terms = [{ text: "private", whole: false }];
  await ask("/search", {
    method: "POST",
    body: JSON.stringify({ rooms: ["room1"], terms }),
  });
  await ask("/rooms/elsewhere/messages");
  await ask("/readyz");
  await ask("/metrics");
  const requests = lines.map((line) => JSON.parse(line))
    .filter(({ event }) => event === "request");
  const route = "/rooms/:id/messages", requestId = "mine-1";
  expect(requests).toMatchObject([
    { requestId, method: "POST", route, status: 201 },
    { requestId, method: "POST", route: "/search", status: 200 },
    { requestId, route, status: 404, code: "not-found" },
  ]);
  for (const secret of ["Private", "Name of ann", token.slice(0, 20)]) {
    expect(lines.join("\n")).not.toContain(secret);
  }
  await server.stop();
});

test("tells of a store that fails once, not once for each message", async () => {
  const events: string[] = [];
  const server = await startTestServer({
    logger: (_, event) => void events.push(event),
  });
  const ann = await server.enter("ann", "r");
  server.hub.log.appendFor = (waiter) => waiter.reject(new StoreError("full"));
  for (let i = 1; i <= 5; i += 1) {
    ann.chat("r", `c${i}`, "x");
    await ann.next("error", ({ ref }) => ref === `c${i}`);
  }
  expect(events.filter((it) => it === "store-failed")).toHaveLength(1);
  await server.stop();
});

test("keeps one person's limits from another's, and forgets none that are used up", () => {
  const limits = new PeopleLimits({ messageRate: 0.001, messageBurst: 1 });
  limits.of("ann").takeMessage("c1");
  expect(() => limits.of("ann").takeMessage("c2")).toThrow("too fast");
  limits.of("ben").takeMessage("c1");
  limits.forget();
  expect(() => limits.of("ann").takeMessage("c3")).toThrow("too fast");
  const before = limits.of("eve");
  limits.forget();
  expect(limits.of("eve")).not.toBe(before);
});
