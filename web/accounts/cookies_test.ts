import { assertEquals, assertMatch } from "@std/assert";
import {
  clearSessionCookie,
  pendingLoginCookie,
  readPendingLoginCookie,
  readSessionCookie,
  sessionCookie,
} from "./cookies.ts";

const https = { secure: true };
const http = { secure: false };
const TOKEN = "A".repeat(43);
const inAnHour = () => Date.now() + 60 * 60 * 1000;
const sent = (cookie: string) => new Headers({ cookie });

Deno.test("on https the cookie is bound to the host and to https", () => {
  const cookie = sessionCookie(https, TOKEN, inAnHour());
  assertEquals(cookie.split("; ").sort(), [
    "HttpOnly",
    "Max-Age=3600",
    "Path=/",
    "SameSite=Lax",
    "Secure",
    `__Host-chatsphere_session=${TOKEN}`,
  ]);
});

Deno.test("on http://localhost it is plain, because Safari refuses Secure there", () => {
  const cookie = sessionCookie(http, TOKEN, inAnHour());
  assertEquals(cookie.split("; ").sort(), [
    "HttpOnly",
    "Max-Age=3600",
    "Path=/",
    "SameSite=Lax",
    `chatsphere_session=${TOKEN}`,
  ]);
});

Deno.test("clearing makes the browser forget it", () => {
  for (const site of [http, https]) {
    assertMatch(clearSessionCookie(site), /_session=;.*Max-Age=0/);
  }
});

Deno.test("the cookie is found among others, by its exact name", () => {
  const session = sent(`a=b; __Host-chatsphere_session=${TOKEN}; c=d`);
  assertEquals(readSessionCookie(https, session), TOKEN);
  assertEquals(readSessionCookie(http, session), null);
  assertEquals(readPendingLoginCookie(https, session), null);
  // A page of a neighbouring host can set this one, so https does not read it.
  const plain = sent(`chatsphere_session=${TOKEN}`);
  assertEquals(readSessionCookie(https, plain), null);
  assertEquals(readSessionCookie(http, plain), TOKEN);
});

Deno.test("no cookie, an empty one or nonsense is none", () => {
  assertEquals(readSessionCookie(http, new Headers()), null);
  assertEquals(readSessionCookie(http, sent("chatsphere_session=")), null);
  assertEquals(readSessionCookie(http, sent(";;=;%%%")), null);
});

Deno.test("a pending login has a cookie of its own", () => {
  const [pair] = pendingLoginCookie(http, TOKEN, inAnHour()).split("; ");
  assertEquals(readPendingLoginCookie(http, sent(pair)), TOKEN);
  assertEquals(readSessionCookie(http, sent(pair)), null);
});
