import { assertEquals } from "@std/assert";

const source = await Deno.readTextFile(
  new URL("../../static/sw.js", import.meta.url),
);

/** The worker with a browser that does nothing by itself, and whose clock stands still. */
function worker() {
  const hears: Record<string, (event: unknown) => void> = {};
  const asked: string[] = [];
  const waits: (() => void)[] = [];
  const cache = {
    match: () => Promise.resolve(undefined),
    keys: () => Promise.resolve([]),
    add: () => Promise.resolve(),
  };
  const browser = {
    importScripts() {},
    addEventListener: (name: string, hear: typeof hears[string]) =>
      hears[name] = hear,
    caches: { ...cache, open: () => Promise.resolve(cache) },
    fetch: (path: string) => {
      asked.push(path);
      return Promise.resolve(new Response());
    },
    setTimeout: (call: () => void) => waits.push(call),
    location: { origin: "http://localhost" },
    renewPush: () => Promise.resolve(),
  };
  new Function(...Object.keys(browser), source)(...Object.values(browser));
  const ended: Promise<unknown>[] = [];
  const tell = (data: unknown) =>
    hears.message({
      data,
      waitUntil: (work: Promise<unknown>) => ended.push(work),
    });
  return { tell, asked, waits, ended };
}

Deno.test("what is kept as a room is left waits for the page that comes next", async () => {
  const { tell, asked, waits, ended } = worker();
  tell({ pages: ["/rooms", "/rooms/0E64YxVBNLUWHYQckqIwnA"], parts: [] });
  assertEquals(asked, []);
  for (const wait of waits) wait();
  await Promise.all(ended);
  assertEquals(asked, ["/rooms", "/rooms/0E64YxVBNLUWHYQckqIwnA"]);
});
