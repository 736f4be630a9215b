import { assert, assertEquals } from "@std/assert";
import { Places } from "./places.ts";

const SMALL = { person: 2, network: 1, strangers: 2, all: 4 };

Deno.test("a person has so many places wherever they are, and strangers fewer", () => {
  const places = new Places(SMALL);
  assert(places.take("ada", "10.0.0.1"));
  assert(places.take("ada", "10.0.0.2"));
  assertEquals(places.take("ada", "10.0.0.3"), undefined);
  assert(places.take(undefined, "2001:db8::1"));
  assertEquals(places.take(undefined, "2001:db8::2"), undefined, "one network");
  assert(places.take(undefined, "10.0.0.1"));
  assertEquals(places.take("grace", "10.0.0.1"), undefined, "all are taken");
});

Deno.test("all strangers together leave room for those who are signed in", () => {
  const places = new Places(SMALL);
  assert(places.take(undefined, "10.0.0.1"));
  assert(places.take(undefined, "10.0.0.2"));
  assertEquals(places.take(undefined, "10.0.0.3"), undefined);
  assert(places.take("ada", "10.0.0.3"));
});

Deno.test("a place is given back once", () => {
  const places = new Places({ ...SMALL, all: 2 });
  const leave = places.take("ada", "10.0.0.1");
  places.take("ada", "10.0.0.1");
  leave?.();
  leave?.();
  assert(places.take("ada", "10.0.0.1"));
  assertEquals(places.take("grace", "10.0.0.1"), undefined);
});
