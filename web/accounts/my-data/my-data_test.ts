import { saveDictation } from "../../dictation/settings.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Pace } from "../../../realtime/common/body-pace.ts";
import { eventually } from "../../e2e/patience.ts";
import { AppError } from "../../errors.ts";
import { archiveOf } from "./archive.ts";
import { unzipped } from "./testing.ts";
import { type TestApp, testApp } from "../../http/testing/app.ts";
import { describeOneself } from "../../people/profile.ts";
import { enter } from "../../http/testing/files.ts";
import { makeCodes } from "../recovery/codes.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { addFile } from "../../files/add.ts";
import { postWithFiles } from "../../files/send.ts";

const PASSWORD = "correct horse battery";

const bytesOf = async function* (text: string) {
  yield await Promise.resolve(new TextEncoder().encode(text));
};

/** The path of a download somebody asked for with their password. */
async function ticketOf(app: TestApp, cookie: string): Promise<string> {
  const form = { password: PASSWORD };
  const asked = await app.send("/account/data", form, cookie);
  assertEquals(asked.status, 303);
  return await beginning(app, asked.headers.get("location")!, cookie);
}

/** Where the page leads to by itself, and by a link, that comes before a download. */
async function beginning(app: TestApp, page: string, cookie: string) {
  const answer = await app.ask(page, { cookie });
  assertEquals(answer.status, 200);
  const [, path] = answer.headers.get("refresh")!.split("0;url=");
  assert((await answer.text()).includes(`<a href="${path}">start it here</a>`));
  return path;
}

/** How the page of the download names what is in each part of it. */
const NAMED: Record<string, string> = {
  account: "your account",
  activity: "what happened to it",
  face: "your photos",
  files: "files",
  messages: "your messages",
  notifications: "what you chose for notifications",
  picture: "your photos",
  reactions: "reactions",
  sessions: "where you are signed in",
};

Deno.test("a person downloads all there is about them, and nothing of others", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob")];
  const { account } = ada;
  const room = await createRoom(s, account, "../Bakery");
  await createRoom(s, bob.account, "Not Ada's");
  await s.kv.set(["notify_rooms", account.id, room.id], "all");
  const file = await addFile(s, account, room.id, {
    name: "plan.txt",
    bytes: bytesOf("the plan"),
  });
  await s.realtime.post(account, room.id, {
    clientId: "1",
    content: "Bread at nine",
  });
  await postWithFiles(s, account, room.id, {
    clientId: "2",
    content: "And “tea”",
    files: [file.id],
  });
  const theirs = await createRoom(s, bob.account, "Bob's");
  await enter(app, theirs.id, account.id);
  const bobs = await s.realtime.post(bob.account, theirs.id, {
    clientId: "3",
    content: "Only Bob's",
  });
  const called = { clientId: "4", content: "Thanks, @Bob" };
  await s.realtime.post(account, theirs.id, called);
  for (const person of [account, bob.account]) {
    await s.realtime.amend(person, theirs.id, {
      ...{ event: "react", clientId: `r ${person.id}`, id: bobs.id },
      ...{ emoji: "🎉", on: true },
    });
  }
  await makeCodes(s, account.id, "");
  const dictation = { language: "de-DE", spoken: true, words: ["Sauerteig"] };
  await saveDictation(s, account.id, { ...dictation, words: "Sauerteig" });
  await describeOneself(s, account.id, { about: "I bake", timeZone: "UTC" });
  await s.kv.set(["profile_pictures", account.id], new Uint8Array([1]));
  const path = await ticketOf(app, ada.cookie);
  const answer = await app.ask(path, { cookie: ada.cookie });
  assertEquals(answer.headers.get("content-type"), "application/zip");
  assertMatch(
    answer.headers.get("content-disposition")!,
    /^attachment; filename="chatsphere-\d{4}-\d\d-\d\d\.zip"$/,
  );
  const files = unzipped(await answer.bytes());
  assertEquals(Object.keys(files).sort(), [
    "account.json",
    "activity.json",
    "face.jpg",
    `files/${file.id} plan.txt`,
    `messages/Bob's ${theirs.id}.json`,
    `messages/_Bakery ${room.id}.json`,
    "notifications.json",
    "picture.webp",
    "reactions.json",
    "sessions.json",
  ]);
  const page = await app.ask("/account/data", { cookie: ada.cookie });
  const promised = (await page.text()).replace(/\s+/g, " ");
  for (const name of Object.keys(files)) {
    const [part] = name.split(/[./]/);
    assert(promised.includes(NAMED[part] ?? name), part);
  }
  assertEquals(
    JSON.parse(files["notifications.json"]).rooms,
    { [room.id]: "all" },
  );
  assertMatch(files["activity.json"], /"room-made"/);
  assertEquals(JSON.parse(files["sessions.json"]).length, 1);
  assertEquals(files[`files/${file.id} plan.txt`], "the plan");
  const told = JSON.parse(files["account.json"]);
  assertEquals(told.email, account.email);
  assertEquals(
    told.rooms.map(({ name }: { name: string }) => name).sort(),
    ["../Bakery", "Bob's"],
  );
  assertEquals([told.about, told.timeZone], ["I bake", "UTC"]);
  assertEquals(told.dictation, dictation);
  const said = JSON.parse(files[`messages/_Bakery ${room.id}.json`]);
  assertEquals(
    said.map(({ content }: { content: string }) => content),
    ["Bread at nine", "And “tea”"],
  );
  const [thanks] = JSON.parse(files[`messages/Bob's ${theirs.id}.json`]);
  assertEquals([thanks.content, thanks.mentions], ["Thanks, @Bob", ["Bob"]]);
  assert(files["face.jpg"].includes("face of Ada"));
  assertEquals(JSON.parse(files["reactions.json"]), [
    { room: theirs.id, message: bobs.id, emoji: ["🎉"] },
  ]);
  assertEquals(told.recoveryCodes.left, 10);
  // Of others there is nothing.
  for (const secret of [bob.account.id, bob.account.email, "Only Bob's"]) {
    assert(!JSON.stringify(files).includes(secret), secret);
  }
  assert(!JSON.stringify(files).includes("passwordHash"));
});

Deno.test("a download takes the password, the person's own session, and comes a few times an hour", async () => {
  await using app = await testApp();
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob")];
  for (const password of ["", "a guess"]) {
    const form = { password };
    const answer = await app.send("/account/data", form, ada.cookie);
    assertEquals(answer.status, 403);
  }
  const path = await ticketOf(app, ada.cookie);
  assertEquals((await app.ask(path, { cookie: bob.cookie })).status, 410);
  assertEquals((await app.ask(path)).status, 303);
  const codes: number[] = [];
  for (let n = 0; n < 5; n++) {
    const answer = await app.ask(path, { cookie: ada.cookie });
    codes.push(answer.status);
    await answer.body?.cancel();
  }
  assertEquals(codes, [200, 200, 200, 200, 429]);
});

Deno.test("once the password is right nothing is said of the one before", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const wrong = await app.send(
    "/account/data",
    { password: "a guess" },
    cookie,
  );
  const said = /This is not your current password/;
  assertMatch(await wrong.text(), said);
  const right = await app.send("/account/data", { password: PASSWORD }, cookie);
  // A download leaves the page that was there: it has to be another one.
  const page = await app.ask(right.headers.get("location")!, { cookie });
  assertEquals(page.headers.get("content-disposition"), null);
  const text = await page.text();
  assert(!said.test(text) && !text.includes('role="alert"'));
  assertMatch(text, /Your download begins/);
  for (const odd of ["x", "x".repeat(42) + "\r"]) {
    const query = `ticket=${encodeURIComponent(odd)}`;
    const plain = await app.ask(`/account/data?${query}`, { cookie });
    assertEquals(plain.headers.get("refresh"), null);
    await plain.body?.cancel();
  }
});

Deno.test("what cannot be read breaks the download off, and the next one can be made", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  await createRoom(app.services, ada.account, "Bakery");
  const path = await ticketOf(app, ada.cookie);
  app.realtime.isDown = true;
  for (let n = 0; n < 3; n++) {
    const answer = await app.ask(path, { cookie: ada.cookie });
    assertEquals(answer.status, 200);
    const whole = await answer.bytes().then(() => true, () => false);
    assertEquals(whole, false);
  }
  app.realtime.isDown = false;
  const last = await app.ask(path, { cookie: ada.cookie });
  assert("account.json" in unzipped(await last.bytes()));
});

Deno.test("a message that names what can be no recording keeps nobody from their download", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  const { id } = await createRoom(app.services, ada.account, "Bakery");
  await app.services.realtime.post(ada.account, id, {
    ...{ clientId: "1", content: "Tea", voice: { clip: "\ud800" } },
  });
  const path = await ticketOf(app, ada.cookie);
  const answer = await app.ask(path, { cookie: ada.cookie });
  const files = unzipped(await answer.bytes());
  assertMatch(files[`messages/Bakery ${id}.json`], /"Tea"/);
});

Deno.test("downloads that nobody fetches any more leave their places to others", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const people = [await app.person("Ada"), await app.person("Bob")];
  const stalled = people.map(({ account }) => {
    const pace = { graceMs: 60_000, idleMs: 20, bytesPerSecond: 8_192 };
    return archiveOf(s, account.id, pace).getReader();
  });
  const cy = await app.person("Cy");
  const get = () => {
    try {
      return archiveOf(s, cy.account.id);
    } catch {
      return undefined;
    }
  };
  const archive = await eventually(get, () => "The places are still taken");
  const bytes = await new Response(archive).bytes();
  assert("account.json" in unzipped(bytes));
  for (const reader of stalled) {
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    const error = await assertRejects(rest, AppError);
    assertEquals(error.code, "too-slow");
  }
});

Deno.test("a download that drips is broken off, too, and one that keeps the pace is not", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account } = await app.person("Ada");
  const room = await createRoom(s, account, "Bakery");
  for (let n = 0; n < 20; n++) {
    await s.realtime.post(account, room.id, { clientId: `${n}`, content: "x" });
  }
  const fetched = async (pace: Pace) => {
    for await (const _chunk of archiveOf(s, account.id, pace)) {
      await new Promise((next) => setTimeout(next, 5));
    }
  };
  const idleMs = 60_000;
  const slow = { graceMs: 10, idleMs, bytesPerSecond: 1e9 };
  const error = await assertRejects(() => fetched(slow), AppError);
  assertEquals(error.code, "too-slow");
  await fetched({ graceMs: 60_000, idleMs, bytesPerSecond: 1e9 });
});

/** Files that never end; how many of them somebody reads. */
function endlessFiles() {
  let open = 0;
  const get = () => {
    open++;
    return Promise.resolve(
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((next) => setTimeout(next, 1));
          controller.enqueue(new Uint8Array(64 * 1024));
        },
        cancel: () => void open--,
      }),
    );
  };
  return { get, open: () => open };
}

Deno.test("a download that is broken off lets go of the file it reads, however that is", async () => {
  const endless = endlessFiles();
  await using app = await testApp({}, undefined, ({ files }) => ({
    files: { ...files, get: endless.get },
  }));
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(s, account, "Bakery");
  await addFile(s, account, room.id, { name: "all.txt", bytes: bytesOf("x") });
  const untilIn = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
    for (let size = 0; size < 1_000_000;) {
      size += (await reader.read()).value!.length;
    }
    assertEquals(endless.open(), 1);
  };
  const closed = () =>
    eventually(
      () => endless.open() === 0 || undefined,
      () => `${endless.open()} are still read`,
    );

  const left = archiveOf(s, account.id).getReader();
  await untilIn(left);
  await left.cancel();
  await closed();

  const pace = { graceMs: 60_000, idleMs: 20, bytesPerSecond: 1 };
  const slow = archiveOf(s, account.id, pace).getReader();
  await untilIn(slow);
  await closed();

  // By a browser that is closed.
  const path = await ticketOf(app, cookie);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => app.ask(path, { cookie }),
  );
  const browser = new AbortController();
  const { signal } = browser;
  const answer = await fetch(`http://127.0.0.1:${server.addr.port}`, {
    signal,
  });
  await untilIn(answer.body!.getReader());
  browser.abort();
  await closed();
});

Deno.test("every system can unpack the names in an archive, whatever rooms and files are called", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(s, account, '漢:*?"<>|'.repeat(10));
  const rooms = ["Tea / coffee", "C:\\Tea", "../../etc", "...", "Tea", "tea"];
  const all = [room];
  for (const name of rooms) all.push(await createRoom(s, account, name));
  for (const { id } of all) {
    await s.realtime.post(account, id, { clientId: "1", content: "x" });
  }
  // A dot or a space is where the cut comes.
  const cut = [
    `${"x".repeat(198)}. . y`,
    `${"x".repeat(190)}  ..........z z z`,
  ];
  for (
    const name of [...cut, `${"漢".repeat(300)}.pdf`, 'a:b*c?"<>|.', "x. . ."]
  ) {
    await addFile(s, account, room.id, { name, bytes: bytesOf("x") });
  }
  const path = await ticketOf(app, cookie);
  const files = unzipped(await (await app.ask(path, { cookie })).bytes());
  const names = Object.keys(files).flatMap((path) => path.split("/").slice(1));
  assertEquals(names.length, 6 + 6);
  assertEquals(
    Object.keys(files).filter((path) => path.split("/").length > 2),
    [],
  );
  for (const name of names) {
    assert(new TextEncoder().encode(name).length <= 255, name);
    assert(!/[<>:"|?*\\\p{Cc}]|[. ]$/u.test(name), name);
  }
  assert(names.some((name) => name.endsWith("漢.pdf")));
  const nameOf = (i: number) =>
    names.find((name) => name.endsWith(` ${all[i].id}.json`))
      ?.replace(` ${all[i].id}.json`, "");
  assertEquals([1, 2, 3, 4, 5, 6].map(nameOf), [
    ...["Tea _ coffee", "C__Tea", "_.._etc", "unnamed", "Tea", "tea"],
  ]);
  const folded = new Set(names.map((name) => name.toLowerCase()));
  assertEquals(folded.size, names.length, "some systems tell no case apart");
});
