import { assertEquals } from "@std/assert";
import { format } from "./log.ts";

const time = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));

Deno.test("machines read one JSON object a line, people read words", () => {
  const fields = { status: 200, caller: undefined, ms: 12 };
  assertEquals(
    format(false, time, "info", "request", fields),
    '{"time":"2026-01-02T03:04:05.000Z","level":"info","service":"transcriber",' +
      '"event":"request","status":200,"ms":12}',
  );
  assertEquals(
    format(true, time, "info", "request", fields),
    "03:04:05 info  request status=200 ms=12",
  );
});
