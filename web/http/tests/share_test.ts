import { assert, assertEquals } from "@std/assert";
import { createRoom } from "../../rooms/rooms.ts";
import { changeRoom } from "../../rooms/settings.ts";
import { testApp } from "../testing/app.ts";

const ORIGIN = "https://chat.test";
const ROOM = "a-room-of-1234567890";

/** What a browser gives a service worker, and what the server was sent. */
async function startWorker() {
  const code = await Deno.readTextFile(
    new URL("../../static/sw-share.js", import.meta.url),
  );
  const stores = new Map<string, Map<string, Response>>();
  const caches = {
    has: (name: string) => Promise.resolve(stores.has(name)),
    delete: (name: string) => Promise.resolve(stores.delete(name)),
    open: (name: string) => {
      const store = stores.get(name) ?? new Map<string, Response>();
      stores.set(name, store);
      return Promise.resolve({
        put: (key: string, it: Response) => Promise.resolve(store.set(key, it)),
        keys: () => Promise.resolve([...store.keys()]),
      });
    },
    match: (key: string) =>
      Promise.resolve(
        stores.values().map((it) => it.get(key)?.clone()).find(Boolean),
      ),
  };
  class Answer extends Response {
    static override redirect = (location: string, status?: number) =>
      new Response(null, { status, headers: { location } });
  }
  const sent: [path: string, body: unknown][] = [];
  const fetch = async (path: string, { body }: { body: Blob | string }) => {
    if (worker.away) throw new TypeError("network");
    const text = typeof body === "string" ? body : await body.text();
    sent.push([path, path === "/api/messages" ? JSON.parse(text) : text]);
    return Response.json({ id: `file-${sent.length}` });
  };
  let listen: (event: unknown) => void = () => {};
  new Function(
    "addEventListener",
    "caches",
    "location",
    "Response",
    "fetch",
    code,
  )(
    (_kind: string, listener: typeof listen) => listen = listener,
    ...[caches, new URL(`${ORIGIN}/sw.js`), Answer, fetch],
  );
  const worker = {
    sent,
    caches,
    away: false,
    /** Posts a form; gives where the worker leads, undefined where it leaves the form to the server. */
    async post(path: string, referrer: string, form: FormData) {
      let answer: Promise<Response> | undefined;
      listen({
        request: {
          ...{ url: ORIGIN + path, method: "POST", mode: "navigate", referrer },
          formData: () => Promise.resolve(form),
        },
        respondWith: (given: Promise<Response>) => answer = given,
      });
      return (await answer)?.headers.get("location") ?? undefined;
    },
  };
  return worker;
}

function formOf(fields: Record<string, string | File[]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) form.append(name, one);
  }
  return form;
}

const files = () => [new File(["one"], "é.txt"), new File(["two"], "2.txt")];
const TEXT = "文\n".repeat(2_000);
const chosen = () =>
  formOf({ clientId: "c1", content: TEXT.replaceAll("\n", "\r\n") });

Deno.test("files that are shared go out with the text, however long that is", async () => {
  const worker = await startWorker();
  const page = await worker.post(
    "/share",
    "",
    formOf({ text: TEXT, files: files() }),
  );
  const query = new URL(page!, ORIGIN).searchParams;
  assertEquals([query.get("files"), query.get("text")], ["2", TEXT]);
  // Of an address of more than 4,096 characters a browser tells only whose it is.
  const to = await worker.post(
    `/rooms/${ROOM}?shared=2`,
    `${ORIGIN}/`,
    chosen(),
  );
  assertEquals(to, `/rooms/${ROOM}?newest`);
  assertEquals(worker.sent, [
    [`/api/rooms/${ROOM}/files?name=%C3%A9.txt`, "one"],
    [`/api/rooms/${ROOM}/files?name=2.txt`, "two"],
    ["/api/messages", {
      ...{ roomId: ROOM, clientId: "c1", content: TEXT },
      files: ["file-1", "file-2"],
    }],
  ]);
  // Pressed again, it is there.
  const again = await worker.post(
    `/rooms/${ROOM}?shared=2`,
    `${ORIGIN}/share`,
    chosen(),
  );
  assertEquals([again, worker.sent.length], [to, 3]);
});

Deno.test("pressed twice while its files are on their way, a form goes once; one that did not go can be pressed again", async () => {
  const worker = await startWorker();
  await worker.post("/share", "", formOf({ files: files() }));
  const press = () =>
    worker.post(`/rooms/${ROOM}?shared=2`, `${ORIGIN}/share`, chosen());
  worker.away = true;
  assert((await press())!.startsWith("/share?lost"));
  worker.away = false;
  const both = await Promise.all([press(), press()]);
  assertEquals(both, [`/rooms/${ROOM}?newest`, `/rooms/${ROOM}?newest`]);
  assertEquals(worker.sent.length, 3);
});

Deno.test("no text goes without the files it was shared with", async () => {
  const worker = await startWorker();
  await worker.post("/share", "", formOf({ files: files() }));
  // As when the session ended meanwhile.
  await worker.caches.delete("shared");
  const to = await worker.post(
    `/rooms/${ROOM}?shared=2`,
    `${ORIGIN}/share?files=2`,
    chosen(),
  );
  const { pathname, searchParams } = new URL(to!, ORIGIN);
  assertEquals(pathname, "/share");
  assert(searchParams.has("lost"));
  assertEquals(
    [searchParams.get("files"), searchParams.get("text")],
    ["0", TEXT],
  );
  assertEquals(worker.sent, []);
});

Deno.test("files that wait go nowhere that their page did not say", async () => {
  const worker = await startWorker();
  await worker.post("/share", "", formOf({ files: files() }));
  for (
    const [path, referrer] of [
      [`/rooms/${ROOM}`, `${ORIGIN}/share?text=words`],
      [`/rooms/${ROOM}`, `${ORIGIN}/rooms/${ROOM}`],
      [`/rooms/${ROOM}?shared=2`, "https://elsewhere.test/"],
      [`/rooms/${ROOM}?shared=2`, `${ORIGIN}.elsewhere.test/`],
      [`/rooms/${ROOM}?shared=2`, ""],
    ]
  ) {
    const to = await worker.post(path!, referrer!, chosen());
    assertEquals([path, referrer, to], [path, referrer, undefined]);
  }
  assertEquals(worker.sent, []);
});

Deno.test("the page of what is shared says how many files go with it", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const { id } = await createRoom(app.services, account, "Bakery");
  for (const [query, action] of [["files=2", `${id}?shared=2`], ["", id]]) {
    const answer = await app.ask(`/share?${query}`, { cookie });
    const html = await answer.text();
    assert(html.includes(`formaction="/rooms/${action}"`), html);
  }
});

Deno.test("of what is longer than a message can be the rest is left out, and the page says so", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  await createRoom(app.services, account, "Tea");
  const shared = async (length: number) => {
    const text = "x".repeat(length);
    return await (await app.ask(`/share?text=${text}`, { cookie })).text();
  };
  const whole = await shared(4_000), cut = await shared(4_001);
  const sentence = "A message has at most 4,000 characters.";
  assertEquals([whole, cut].map((it) => it.includes(sentence)), [false, true]);
  assert(cut.includes(`>${"x".repeat(4_000)}<`));
});

Deno.test("nothing is shared into a room that is archived, as nothing can be added there", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const old = await createRoom(s, account, "Bakery");
  const offered = async () => {
    const page = await (await app.ask("/share?text=x", { cookie })).text();
    const actions = page.matchAll(/formaction="\/rooms\/([^"]*)"/g);
    return [[...actions].map(([, id]) => id), page.includes("are archived")];
  };
  const change = (archived: boolean) =>
    changeRoom(s, account, old.id, { archived });
  await change(true);
  assertEquals(await offered(), [[], true]);
  const { id } = await createRoom(s, account, "Tea");
  assertEquals(await offered(), [[id], false]);
});
