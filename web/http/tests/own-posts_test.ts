import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { renameAccount } from "../../accounts/profile.ts";
import { endAllSessions } from "../../accounts/sessions.ts";
import { openKvFile, withMethods } from "../../kv.ts";
import { rememberingKv } from "../../kv-memory.ts";
import { knowMoments, momentsOf } from "../../kv-moment.ts";
import { notedKv } from "../../made-from.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { leaveRoom } from "../../rooms/members.ts";
import { changeRoom } from "../../rooms/settings.ts";
import { membersOnly } from "../../rooms/members-only.ts";
import { namedRealtime } from "../../rooms/named-realtime.ts";
import type { Services } from "../../services.ts";
import { type TestApp, testApp } from "../testing/app.ts";
import { memoryRealtime } from "../testing/realtime.ts";

interface Two extends AsyncDisposable {
  app: TestApp;
  /** Another process over the same stores. */
  beside: TestApp;
  /** How often a session was read; undefined where each post looks at it. */
  looks?: { times: number };
  /** How often a file was asked whether it changed. */
  asked?: { times: number };
}

async function inMemory(): Promise<Two> {
  const app = await testApp();
  const { kv, realtime, signer } = app.services;
  const beside = await testApp({}, undefined, () => ({ kv, realtime, signer }));
  return {
    ...{ app, beside },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await beside[Symbol.asyncDispose]();
    },
  };
}

async function onFile(): Promise<Two> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.sqlite3`;
  const files: Deno.Kv[] = [];
  const log = memoryRealtime();
  const looks = { times: 0 };
  const asked = { times: 0 };
  const counted = (kv: Deno.Kv) =>
    withMethods(kv, {
      getMany: (getMany) => (...args) => {
        const keys = args[0] as Deno.KvKey[];
        if (keys.some(([kind]) => kind === "sessions")) looks.times += 1;
        return getMany(...args);
      },
    });
  const on = async (signer?: Services["signer"]) => {
    const file = await openKvFile(path);
    files.push(file);
    const momentOf = momentsOf(path);
    const moment = () => {
      asked.times += 1;
      return momentOf();
    };
    const kv = notedKv(counted(rememberingKv(file, moment)));
    knowMoments(kv, moment);
    const realtime = namedRealtime(membersOnly(log, { kv }), { kv });
    return await testApp({}, undefined, (s) => ({
      ...{ kv, realtime, signer: signer ?? s.signer },
    }));
  };
  const app = await on();
  const beside = await on(app.services.signer);
  return {
    ...{ app, beside, looks, asked },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await beside[Symbol.asyncDispose]();
      for (const file of files) file.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const TYPE = "application/json";

async function stage(app: TestApp) {
  const { account, cookie } = await app.person("Ada");
  const { id: roomId } = await createRoom(app.services, account, "Bakery");
  let posted = 0;
  const post = async (
    draft: object = {},
    headers: Record<string, string> = {},
    body = JSON.stringify({
      ...{ roomId, clientId: `c${++posted}`, content: "Bread" },
      ...draft,
    }),
  ) => {
    const answer = await app.ask("/api/messages", {
      ...{ method: "POST", cookie, body },
      headers: { "content-type": TYPE, ...headers },
    });
    return { answer, said: await answer.json() };
  };
  const codeOf = async (...args: Parameters<typeof post>) => {
    const { answer, said } = await post(...args);
    return [answer.status, said.error?.code];
  };
  return { account, cookie, roomId, post, codeOf };
}

/** The headers that answers have in common. */
const headersOf = ({ headers }: Response) =>
  [...headers].filter(([name]) => name !== "x-request-id");

for (
  const [where, made] of [
    ["in memory", inMemory],
    ["in a file", onFile],
  ] as const
) {
  Deno.test(`what is posted next is posted as the first was: KV ${where}`, async () => {
    await using both = await made();
    const { account, post, roomId } = await stage(both.app);
    const first = await post();
    assertEquals(first.answer.status, 201);
    await post();
    const before = both.looks?.times;
    const ids = new Set([first.answer.headers.get("x-request-id")]);
    for (let n = 3; n < 6; n++) {
      const { answer, said } = await post({ content: `Bread ${n}` });
      assertEquals([answer.status, said.content, said.offset], [
        ...[201, `Bread ${n}`, n],
      ]);
      assertEquals(headersOf(answer), headersOf(first.answer));
      ids.add(answer.headers.get("x-request-id"));
    }
    assertEquals(ids.size, 4);
    assertEquals(both.looks?.times, before);
    const { said } = await post({ clientId: "c1", content: "Other" });
    assertEquals(said, first.said);
    const { realtime } = both.app.services;
    const { messages } = await realtime.history(account, roomId, {});
    assertEquals(messages.map(({ offset }) => offset), [1, 2, 3, 4, 5]);
  });

  Deno.test(`whoever is put out while their message still arrives has not posted it: KV ${where}`, async () => {
    await using both = await made();
    const { account, cookie, post, roomId } = await stage(both.app);
    await post();
    await post();
    const body = JSON.stringify({ roomId, clientId: "slow", content: "Bread" });
    const [begun, end] = [body.slice(0, 10), body.slice(10)];
    const bytes = new TextEncoder();
    const slow = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(bytes.encode(begun)),
      async pull(controller) {
        await leaveRoom(both.beside.services, account, roomId);
        await new Promise((done) => setTimeout(done, 10));
        controller.enqueue(bytes.encode(end));
        controller.close();
      },
    }, { highWaterMark: 1 });
    const answer = await both.app.ask("/api/messages", {
      ...{ method: "POST", cookie, body: slow },
      headers: { "content-type": TYPE },
    });
    assertEquals([answer.status, (await answer.json()).error.code], [
      ...[404, "not-found"],
    ]);
  });

  Deno.test(`what another process changes counts for the next post: KV ${where}`, async () => {
    await using both = await made();
    const { beside } = both;
    const { account, codeOf, post, roomId } = await stage(both.app);
    await post();
    await post();
    await renameAccount(beside.services, account.id, "Countess");
    assertEquals((await post()).said.sender.name, "Countess");
    await changeRoom(beside.services, account, roomId, { archived: true });
    assertEquals(await codeOf(), [409, "room-archived"]);
    await changeRoom(beside.services, account, roomId, { archived: false });
    assertEquals((await codeOf())[0], 201);
    const other = await createRoom(beside.services, account, "Cellar");
    assertEquals((await codeOf({ roomId: other.id }))[0], 201);
    await leaveRoom(beside.services, account, other.id);
    assertEquals(await codeOf({ roomId: other.id }), [404, "not-found"]);
    assertEquals((await codeOf())[0], 201);
    await endAllSessions(beside.services, account.id);
    assertEquals(await codeOf(), [401, "not-signed-in"]);
    assertEquals(await codeOf(), [401, "not-signed-in"]);
  });
}

Deno.test("a file is asked once for each message whether it changed", async () => {
  await using both = await onFile();
  const { post } = await stage(both.app);
  for (let i = 0; i < 3; i++) await post();
  const before = both.asked!.times;
  for (let i = 0; i < 5; i++) assertEquals((await post()).answer.status, 201);
  assertEquals(both.asked!.times - before, 5);
});

Deno.test("whoever was let in once is refused what anybody is, in the same words", async () => {
  await using app = await testApp();
  const refused = async (
    { post }: Awaited<ReturnType<typeof stage>>,
    ...args: Parameters<typeof post>
  ) => {
    const { answer, said } = await post(...args);
    return { status: answer.status, said, headers: headersOf(answer) };
  };
  const evil = {
    "sec-fetch-site": "cross-site",
    origin: "https://evil.example",
  };
  const cases: [
    status: number,
    ...Parameters<typeof refused> extends [unknown, ...infer A] ? A : never,
  ][] = [
    [403, {}, evil],
    [403, {}, { origin: "https://evil.example" }],
    [415, {}, { "content-type": "application/octet-stream" }],
    [400, {}, {}, "{"],
    [400, {}, {}, "\xff"],
    [422, { content: 7 }],
    [422, { content: "" }],
    [422, { content: "x".repeat(4_001) }],
    [413, { content: "x".repeat(70_000) }],
    [404, { roomId: "another" }],
    [422, { files: ["another"] }],
    [503, { voice: { clip: "another" } }],
  ];
  for (const [status, ...args] of cases) {
    const [before, after] = [await stage(app), await stage(app)];
    await after.post();
    assertEquals((await after.post()).answer.status, 201);
    const first = await refused(before, ...args);
    const then = await refused(after, ...args);
    assertEquals(then, first, JSON.stringify(args).slice(0, 200));
    assertEquals(then.status, status, JSON.stringify(args).slice(0, 200));
    assertEquals((await after.post()).answer.status, 201);
  }
});

Deno.test("two people who post in turn stay themselves, and strangers are nobody", async () => {
  await using app = await testApp();
  const people = [await stage(app), await stage(app)];
  for (let i = 0; i < 3; i++) {
    for (const { post, account } of people) {
      assertEquals((await post()).said.sender.id, account.id);
    }
    const [, { roomId }] = people;
    assertEquals(await people[0].codeOf({ roomId }), [404, "not-found"]);
  }
  const answer = await app.ask("/api/messages", {
    ...{ method: "POST", body: "{}", headers: { "content-type": TYPE } },
  });
  assertEquals(answer.status, 401);
  assert(people.length === 2);
  assertNotEquals(people[0].cookie, people[1].cookie);
});

Deno.test("while messages cannot be taken, that is said, and not when they can", async () => {
  await using app = await testApp();
  const { codeOf } = await stage(app);
  for (const isDown of [false, false, true, true, false, false]) {
    app.realtime.isDown = isDown;
    assertEquals(
      await codeOf(),
      isDown ? [503, "realtime-down"] : [201, undefined],
    );
  }
});
