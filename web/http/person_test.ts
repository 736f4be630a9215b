import { assertEquals } from "@std/assert";
import { addressOf } from "./person.ts";

const info: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: 4_000 },
  completed: Promise.resolve(),
};

Deno.test("X-Forwarded-For counts only behind our own proxy, and of it only what that wrote", () => {
  const headers = new Headers({ "x-forwarded-for": "1.2.3.4, 198.51.100.7" });
  assertEquals(addressOf(headers, info, false), "192.0.2.1");
  assertEquals(addressOf(headers, info, true), "198.51.100.7");
  assertEquals(addressOf(new Headers(), info, true), "192.0.2.1");
  assertEquals(addressOf(new Headers(), undefined, false), "unknown");
});
