import { assertEquals, assertThrows } from "@std/assert";
import { testApp } from "../testing/app.ts";
import {
  idOf,
  isLoopback,
  originOf,
  readTrustedProxies,
  roughNetworkOf,
} from "./peers.ts";

const from = (hostname: string) => ({
  remoteAddr: { transport: "tcp", hostname, port: 4_000 } as const,
});
const own = readTrustedProxies({ TRUST_PROXY: "1" });
const said = (value: string) => new Headers({ "x-forwarded-for": value });

Deno.test("X-Forwarded-For counts only from our own proxy, and of it only what that wrote", () => {
  const headers = said("1.2.3.4, 198.51.100.7");
  const ip = (peer: string, trusted?: string[]) =>
    originOf(headers, from(peer), trusted).ip;
  assertEquals(ip("127.0.0.1"), "127.0.0.1");
  assertEquals(ip("127.0.0.1", own), "198.51.100.7");
  assertEquals(ip("::ffff:10.1.2.3", own), "198.51.100.7");
  assertEquals(ip("::ffff:a01:203", own), "198.51.100.7");
  assertEquals(ip("fd00::7", own), "198.51.100.7");
  // Anybody outside may write that header.
  assertEquals(ip("192.0.2.1", own), "192.0.2.1");
  const named = readTrustedProxies({
    ...{ TRUST_PROXY: "1", TRUSTED_PROXIES: "192.0.2.1, 2001:db8::/32" },
  });
  assertEquals(ip("192.0.2.1", named), "198.51.100.7");
  assertEquals(ip("2001:db8::1", named), "198.51.100.7");
  assertEquals(ip("127.0.0.1", named), "127.0.0.1");
  assertEquals(originOf(new Headers(), undefined, own).ip, "unknown");
  assertEquals(originOf(new Headers(), from("10.0.0.1"), own).ip, "10.0.0.1");
});

Deno.test("what is no address is not taken for one", () => {
  for (
    const text of [
      ...["127.evil.example", "127.0.0.1.evil.example", "1.2.3.4.5", "unknown"],
      ...["1".repeat(5_000), "", "1.2.3.4 5.6.7.8", "fe80::1%eth0"],
    ]
  ) {
    const { ip } = originOf(said(text), from("10.0.0.1"), own);
    assertEquals(ip, "10.0.0.1", text.slice(0, 40));
    assertEquals(isLoopback(text), false);
  }
  assertEquals(
    originOf(said("[2001:db8::5]:443"), from("::1"), own).ip,
    "2001:db8::5",
  );
  assertEquals(
    originOf(said("192.0.2.9:8080"), from("::1"), own).ip,
    "192.0.2.9",
  );
});

Deno.test("this machine is the peer and whom it speaks for, both", () => {
  const here = (headers: Headers, peer: string) =>
    originOf(headers, from(peer), own).fromHere;
  assertEquals(here(new Headers(), "127.0.0.1"), true);
  assertEquals(here(new Headers(), "::1"), true);
  assertEquals(here(new Headers(), "10.0.0.5"), false);
  assertEquals(here(said("127.0.0.1"), "192.0.2.1"), false);
  assertEquals(here(said("192.0.2.1"), "127.0.0.1"), false);
  assertEquals(here(said("127.evil.example"), "127.0.0.1"), false);
  for (
    const name of [
      ...["forwarded", "via", "x-real-ip", "x-forwarded-host"],
      ...["x-forwarded-proto", "cf-connecting-ip"],
    ]
  ) assertEquals(here(new Headers({ [name]: "x" }), "127.0.0.1"), false, name);
  const caddy = { via: "1.1 Caddy", "x-forwarded-for": "127.0.0.1" };
  assertEquals(here(new Headers(caddy), "127.0.0.1"), true);
});

Deno.test("a malformed list names its variable", () => {
  for (const list of ["proxy.lan", "10.0.0.0/33", "10.0.0.0/8/8", "::/x"]) {
    assertThrows(
      () => readTrustedProxies({ TRUSTED_PROXIES: list }),
      Error,
      "TRUSTED_PROXIES",
    );
  }
  assertThrows(
    () => readTrustedProxies({ TRUST_PROXY: "yes" }),
    Error,
    "1 or 0",
  );
});

Deno.test("a log line has a network, and no single address", () => {
  assertEquals(roughNetworkOf("198.51.100.7"), "198.51.100.0/24");
  assertEquals(roughNetworkOf("2001:db8:1:2::9"), "2001:db8:1::/48");
  assertEquals(roughNetworkOf("::1"), "0:0:0::/48");
  assertEquals(roughNetworkOf("unknown"), "unknown");
});

Deno.test("files and refusals alike are only what they are said to be", async () => {
  await using app = await testApp();
  for (const path of ["/favicon.svg", "/styles.css", "/nowhere", "/login"]) {
    const answer = await app.ask(path);
    await answer.body?.cancel();
    assertEquals(answer.headers.get("x-content-type-options"), "nosniff", path);
  }
});

Deno.test("a request keeps the id that a proxy of our own gave it, and nobody else's", () => {
  const headers = new Headers({ "x-request-id": "from-outside-1" });
  assertEquals(idOf(headers, { byProxy: true }), "from-outside-1");
  const made = idOf(headers, { byProxy: false });
  assertEquals([made.length, made === "from-outside-1"], [36, false]);
});
