import { assertEquals } from "@std/assert";
import { openNames } from "./room-names.ts";

/** Names that are asked for of a server whose answers a test gives. */
function stage() {
  const stop = new AbortController();
  const shown: Record<string, string> = {};
  const asked: string[] = [];
  let answer = Promise.withResolvers<Response>();
  let isAsked = Promise.withResolvers<void>();
  const before = globalThis.fetch;
  globalThis.fetch = (address) => {
    asked.push(String(address));
    isAsked.resolve();
    return answer.promise;
  };
  const names = openNames(
    stop.signal,
    (id, name) => shown[id] = name,
    0,
  );
  return {
    ...{ names, shown, asked, stop },
    isAsked: () => isAsked.promise,
    /** Answers what is under way, and lets that be taken in. */
    async give(body: unknown, status = 200) {
      answer.resolve(Response.json(body, { status }));
      answer = Promise.withResolvers();
      isAsked = Promise.withResolvers();
      await new Promise((resolve) => setTimeout(resolve));
    },
    [Symbol.dispose]() {
      stop.abort();
      globalThis.fetch = before;
    },
  };
}

const named = (names: Record<string, string>) => ({
  rooms: Object.entries(names).map(([id, name]) => ({ id, name })),
});

Deno.test("names are asked for once after a break, and told of each room", async () => {
  using test = stage();
  const { names, shown, asked, give, isAsked } = test;
  names.ask();
  names.ask();
  await isAsked();
  await give(named({ a: "Tea", b: "Coffee" }));
  assertEquals(asked, ["/api/chat?names=true"]);
  assertEquals(shown, { a: "Tea", b: "Coffee" });
  names.ask();
  await isAsked();
  await give({ error: { code: "not-signed-in" } }, 401);
  names.ask();
  await isAsked();
  await give(named({ a: "Green tea" }));
  assertEquals(shown, { a: "Green tea", b: "Coffee" });
});

Deno.test("a name that was told meanwhile is not taken back", async () => {
  using test = stage();
  const { names, shown, give, isAsked } = test;
  names.heard("b");
  names.ask();
  await isAsked();
  names.heard("a");
  await give(named({ a: "Old", b: "Present" }));
  assertEquals(shown, { b: "Present" });
});
