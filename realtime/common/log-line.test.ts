import { expect, test } from "bun:test";
import { logLine } from "./log-line.ts";

const time = new Date("2026-11-22T10:20:30.456Z");

test("for machines a line is one JSON object", () => {
  const fields = { room: "r1", members: 3, note: "two\nlines" };
  const line = logLine("web", false, time, "warn", "room-full", fields);
  expect(JSON.parse(line)).toEqual({
    time: "2026-11-22T10:20:30.456Z",
    level: "warn",
    service: "web",
    event: "room-full",
    ...fields,
  });
  expect(line).not.toContain("\n");
});

test("for people a line is words", () => {
  const fields = { room: "r1", ms: 12, missing: undefined };
  expect(logLine("web", true, time, "info", "started", fields))
    .toBe("10:20:30 info  started room=r1 ms=12");
});

test("what must not be written is taken out of either", () => {
  for (const readable of [true, false]) {
    const fields = { token: "cleartext", note: "to ann@example.com" };
    expect(logLine("web", readable, time, "info", "sent", fields))
      .not.toMatch(/cleartext|ann@/);
  }
});
