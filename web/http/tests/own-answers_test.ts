import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { addressProven } from "../../accounts/confirm-address.ts";
import { renameAccount } from "../../accounts/profile.ts";
import { endAllSessions } from "../../accounts/sessions.ts";
import { AppError } from "../../errors.ts";
import { RATES } from "../../access/table.ts";
import { openKvFile } from "../../kv.ts";
import { rememberingKv } from "../../kv-memory.ts";
import { knowMoments, momentsOf } from "../../kv-moment.ts";
import { notedKv } from "../../made-from.ts";
import type { Services } from "../../services.ts";
import { memoryRealtime } from "../testing/realtime.ts";
import { membersOnly } from "../../rooms/members-only.ts";
import { namedRealtime } from "../../rooms/named-realtime.ts";
import { acceptInvitation } from "../../rooms/accept.ts";
import { invite } from "../../rooms/invite.ts";
import { removeMember } from "../../rooms/members.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { changeRoom, setRole } from "../../rooms/settings.ts";
import { type TestApp, testApp, withoutNumbers } from "../testing/app.ts";

const asPage = { accept: "text/html", "accept-language": "en-GB" };

/** Another process of web over the same stores. */
const besideOf = (app: TestApp): Promise<TestApp> => {
  const { kv, realtime, signer } = app.services;
  return testApp({}, undefined, () => ({ kv, realtime, signer }));
};

/** Somebody whose browser has all the cookies it is given. */
async function onDevice(app: TestApp, name: string) {
  const { account, cookie } = await app.person(name);
  await addressProven(app.services, account.id);
  const { headers } = await app.ask("/account", { cookie, headers: asPage });
  const device = headers.getSetCookie().map((line) => line.split(";")[0]);
  return { account, cookie: [cookie, ...device].join("; ") };
}

/** The same app on a KV of a file, and another process over it. */
async function onFile(): Promise<
  { app: TestApp; beside: TestApp } & AsyncDisposable
> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.sqlite3`;
  const files: Deno.Kv[] = [];
  const log = memoryRealtime();
  const on = async (signer?: Services["signer"]) => {
    const file = await openKvFile(path);
    files.push(file);
    const moment = momentsOf(path);
    const kv = notedKv(rememberingKv(file, moment));
    knowMoments(kv, moment);
    const realtime = namedRealtime(membersOnly(log, { kv }), { kv });
    return await testApp({}, undefined, (s) => ({
      ...{ kv, realtime, signer: signer ?? s.signer },
    }));
  };
  const app = await on();
  const beside = await on(app.services.signer);
  return {
    ...{ app, beside },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await beside[Symbol.asyncDispose]();
      for (const file of files) file.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The same in memory. */
async function inMemory(): ReturnType<typeof onFile> {
  const app = await testApp();
  const beside = await besideOf(app);
  return {
    ...{ app, beside },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await beside[Symbol.asyncDispose]();
    },
  };
}

/** Ada and Grace in a room, and another of Ada's alone. */
async function stage(app: TestApp) {
  const ada = await onDevice(app, "Ada");
  const grace = await onDevice(app, "Grace");
  const { id } = await createRoom(app.services, ada.account, "Bakery");
  const other = await createRoom(app.services, ada.account, "Cellar");
  await invite(app.services, ada.account, id, grace.account.email);
  const code = app.mails.at(-1)!.text.match(/\/invitations\/([\w-]+)/)![1];
  await acceptInvitation(app.services, grace.account, code);
  const post = (content: string, { account } = grace, roomId = id) =>
    app.services.realtime.post(account, roomId, {
      ...{ clientId: crypto.randomUUID(), content },
    });
  await post("First words");
  const pages = ["/rooms", `/rooms/${id}`, `/api/messages?roomId=${id}`];
  return { ada, grace, id, other, post, pages };
}

async function textOf(app: TestApp, path: string, cookie: string) {
  const answer = await app.ask(path, { cookie, headers: asPage });
  return await answer.text();
}

/** The same without what is new on each page. */
const apart = (html: string): string =>
  withoutNumbers(html).replace(/name="clientId" value="[^"]*"/g, "");

/** How often realtime was asked for what pages show. */
function countAsked({ services: { realtime } }: TestApp) {
  const asked = { times: 0 };
  for (const name of ["history", "summaries"] as const) {
    const method = realtime[name] as () => never;
    realtime[name] = (...args: unknown[]) => {
      asked.times += 1;
      return method(...args as []);
    };
  }
  return asked;
}

Deno.test("an answer is given again, with other numbers, while nothing has changed", async () => {
  await using app = await testApp();
  const { ada, pages } = await stage(app);
  const asked = countAsked(app);
  for (const path of pages) {
    const first = await textOf(app, path, ada.cookie);
    const before = asked.times;
    const ids = new Set<string>();
    const forms = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const answer = await app.ask(path, {
        ...{ cookie: ada.cookie, headers: asPage },
      });
      const html = await answer.text();
      assertEquals(apart(html), apart(first), path);
      ids.add(answer.headers.get("x-request-id")!);
      for (const [form] of html.matchAll(/name="\w+" value="[\w-]{20,}"/g)) {
        assert(!first.includes(form) && !forms.has(form), form);
        forms.add(form);
      }
      const nonces = [...html.matchAll(/nonce="(\w+)"/g)].map(([, it]) => it);
      const policy = answer.headers.get("content-security-policy") ?? "";
      for (const nonce of nonces) {
        assert(policy.includes(`'nonce-${nonce}'`), policy);
        assert(!first.includes(nonce), path);
      }
    }
    assertEquals(asked.times, before, path);
    assertEquals(ids.size, 3);
    assertEquals(forms.size > 0, !path.startsWith("/api"), path);
  }
});

Deno.test("answers to two people never mix, whoever asks first and however they take turns", async () => {
  await using app = await testApp();
  const { ada, grace, pages } = await stage(app);
  const people = [ada, grace];
  for (const path of pages.slice(0, 2)) {
    for (let i = 0; i < 4; i++) {
      const found = await Promise.all(
        [...people, ...people].map(({ cookie }) => textOf(app, path, cookie)),
      );
      found.forEach((html, at) => {
        const me = people[at % 2];
        assert(html.includes(`"${me.account.id}"`), `${path} ${at}`);
        if (path === "/rooms") {
          assert(html.includes(`data-me="${me.account.id}"`), `${at}`);
        }
        // Only Ada is in the Cellar.
        assertEquals(html.includes("Cellar"), me === ada, `${path} ${at}`);
      });
    }
  }
  const stranger = await app.ask(pages[1], { headers: asPage });
  assertEquals(stranger.status, 303);
});

Deno.test("zone, language and what else a browser says make answers of their own", async () => {
  await using app = await testApp();
  const { ada: { cookie }, pages } = await stage(app);
  const page = async (headers: Record<string, string>, zone = "") =>
    apart(
      await (await app.ask(pages[1], { cookie: cookie + zone, headers }))
        .text(),
    );
  const plain = await page(asPage);
  assertNotEquals(await page(asPage, "; zone=Asia/Tokyo"), plain);
  const us = { ...asPage, "accept-language": "en-US" };
  assertNotEquals(await page(us), plain);
  assertEquals(await page(asPage), plain);
});

type Stage = Awaited<ReturnType<typeof stage>>;

/** What somebody does, and what shows it: on which of the pages, and whether it is there then. */
const CHANGES: [
  what: string,
  change: (app: TestApp, it: Stage) => Promise<unknown>,
  text: string,
  pages: number[],
  isThere: boolean,
][] = [
  ["a message", (_, { post }) => post("Fresh bread"), "Fresh bread", [
    0,
    1,
    2,
  ], true],
  [
    "a message that was deleted",
    async ({ services: { realtime } }, { grace, id }) => {
      const { messages } = await realtime.history(grace.account, id, {});
      await realtime.amend(grace.account, id, {
        ...{ id: messages[0].id, event: "delete-message" },
      });
    },
    "First words",
    [0, 1, 2],
    false,
  ],
  [
    "a message elsewhere",
    (_, { post, ada, other }) => post("Down here", ada, other.id),
    "Down here",
    [0],
    true,
  ],
  [
    "another's name",
    ({ services }, { grace }) =>
      renameAccount(services, grace.account.id, "Amazing Grace"),
    "Amazing Grace",
    [0, 1, 2],
    true,
  ],
  [
    "one's own name",
    ({ services }, { ada }) =>
      renameAccount(services, ada.account.id, "Countess"),
    "Countess",
    [1],
    true,
  ],
  [
    "the name of a room",
    ({ services }, { ada, id }) =>
      changeRoom(services, ada.account, id, { name: "Pastry" }),
    "Pastry",
    [0, 1],
    true,
  ],
  [
    "a role",
    async ({ services }, { ada, grace, id }) => {
      await setRole(services, ada.account, id, grace.account.id, "admin");
      await setRole(services, grace.account, id, ada.account.id, "member");
    },
    `"admin"`,
    [1],
    false,
  ],
  [
    "a new room",
    ({ services }, { ada }) => createRoom(services, ada.account, "Attic"),
    "Attic",
    [0, 1],
    true,
  ],
  [
    "what was read",
    ({ services: { realtime } }, { ada, id }) =>
      realtime.markRead(ada.account, id, 1),
    `class="badge"`,
    [0],
    false,
  ],
];

/** Those that KV alone tells of. */
const IN_KV = [
  "another's name",
  "one's own name",
  "the name of a room",
  "a role",
  "a new room",
];

for (
  const [where, made] of [["in memory", inMemory], [
    "in a file",
    onFile,
  ]] as const
) {
  for (const [what, change, text, shown, isThere] of CHANGES) {
    Deno.test(`what another instance changed ${where} shows at once: ${what}`, async () => {
      await using both = await made();
      const { app, beside } = both;
      const it = await stage(app);
      if (IN_KV.includes(what)) {
        app.services.realtime.stillSo = ({ since }) => Promise.resolve(since);
      }
      const { ada: { cookie }, pages } = it;
      const show = async () =>
        await Promise.all(
          shown.map((at) => textOf(app, pages[at], cookie)),
        );
      for (let i = 0; i < 2; i++) {
        for (const html of await show()) {
          assertEquals(html.includes(text), !isThere);
        }
      }
      await change(beside, it);
      for (let i = 0; i < 2; i++) {
        for (const html of await show()) {
          assertEquals(html.includes(text), isThere);
        }
      }
    });
  }
}

Deno.test("whoever was removed, or signed out, reads nothing more", async () => {
  await using app = await testApp();
  await using beside = await besideOf(app);
  const { ada, grace, id, pages } = await stage(app);
  const statuses = () =>
    Promise.all(pages.map(async (path) => {
      const answer = await app.ask(path, {
        ...{ cookie: grace.cookie, headers: asPage },
      });
      await answer.body?.cancel();
      return answer.status;
    }));
  for (let i = 0; i < 2; i++) assertEquals(await statuses(), [200, 200, 200]);
  await removeMember(beside.services, ada.account, id, grace.account.id);
  assertEquals(await statuses(), [200, 404, 404]);
  assertEquals(await statuses(), [200, 404, 404]);
  await endAllSessions(beside.services, grace.account.id);
  assertEquals(await statuses(), [303, 303, 401]);
});

Deno.test("while messages cannot be reached, pages say so, and not when they can", async () => {
  await using app = await testApp();
  const { ada: { cookie }, pages } = await stage(app);
  for (const isDown of [false, true, true, false, false]) {
    app.realtime.isDown = isDown;
    for (const path of pages.slice(0, 2)) {
      const html = await textOf(app, path, cookie);
      assertEquals(html.includes("Messages are unavailable"), isDown, path);
      assertEquals(html.includes("First words"), !isDown, path);
    }
  }
});

Deno.test("answers that are given again count as often as others", async () => {
  await using app = await testApp();
  const { ada: { cookie }, pages } = await stage(app);
  const most = RATES.pages.burst;
  const statuses = new Set<number>();
  for (let i = 0; i < 2 * most && !statuses.has(429); i++) {
    const answer = await app.ask(pages[2], { cookie });
    await answer.body?.cancel();
    statuses.add(answer.status);
    assert(i >= most - 10 || answer.status === 200);
  }
  assertEquals([...statuses], [200, 429]);
});

Deno.test("what could not be made is not given again", async () => {
  await using app = await testApp();
  const { ada: { cookie }, pages } = await stage(app);
  const { history } = app.realtime;
  app.realtime.history = () =>
    Promise.reject(
      new AppError({ code: "strange", status: 500, message: "Strange." }),
    );
  const broken = await app.ask(pages[1], { cookie, headers: asPage });
  await broken.body?.cancel();
  assertEquals(broken.status, 500);
  app.realtime.history = history;
  assert((await textOf(app, pages[1], cookie)).includes("First words"));
});
