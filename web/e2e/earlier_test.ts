import { assert, assertEquals } from "@std/assert";
import { redisServer } from "../../.tasks/doctor/testing.ts";
import type { Message } from "../../realtime/protocol.ts";
import type { HistoryPage } from "../../realtime/protocol-http.ts";
import { type Person, selfieOf } from "../faces/test-photos.ts";
import type { Outbox } from "../mail/outbox-mail.ts";
import { outboxOf } from "../mail/testing-outbox.ts";
import { eventually } from "./patience.ts";
import { Program } from "./program.ts";
import { type Stack, startStack } from "./stack.ts";

/** An archive, and what there is to know of it. */
interface Archive {
  name: string;
  redis?: true;
  /** Ada and Grace sign in with faces, of which the archive has grey pictures; else with codes. */
  faces?: true;
}

const ARCHIVES: Archive[] = [
  { name: "2026-11-sqlite", faces: true },
  { name: "2026-11-redis", faces: true, redis: true },
  { name: "2026-11-28-sqlite" },
  { name: "2026-11-28-redis", redis: true },
];

/** What an archive says was put into it. */
interface Facts {
  password: string;
  ids: Record<"ada" | "grace" | "linus", string>;
  rooms: Record<string, string>;
  clip: string;
  /** The newest hundred messages of the room Engines, as its version answered. */
  engines: HistoryPage;
}

/** Unpacks an archive into a folder of its own. */
async function unpack(name: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "chatsphere-earlier-" });
  const archive = new URL(`earlier/${name}.tar.gz`, import.meta.url);
  const { success } = await new Deno.Command("tar", {
    args: ["xzf", archive.pathname, "-C", folder],
  }).output();
  assert(success, `${name} cannot be unpacked`);
  return folder;
}

/** A message as versions answered it before there was `voice`. */
type Earlier = Message & { clip?: string };

/** What people see of a message, without its sender's name, which may have changed. */
const visible = (
  { id, clientId, sender, content, timestamp, offset, replyTo, ...rest }:
    Earlier,
) => ({
  ...{ id, clientId, sender: sender.id, content, timestamp, offset, replyTo },
  ...{ clip: rest.voice?.clip ?? rest.clip, reactions: rest.reactions },
  edited: rest.editedAt !== undefined,
  deleted: rest.deletedAt !== undefined,
});

/**
 * Puts the pictures back that the archive has grey ones of: no portrait is kept in this repository,
 * and the faces of that version are compared by them.
 */
async function givePictures(dataDir: string): Promise<void> {
  const { ids }: Facts = JSON.parse(
    await Deno.readTextFile(`${dataDir}/facts.json`),
  );
  for (const who of ["ada", "grace"] as const) {
    const folder = `${dataDir}/blobs/selfies/${ids[who]}`;
    for (const { name } of Deno.readDirSync(folder)) {
      const type = new TextEncoder().encode("image/jpeg\n");
      const selfie = await selfieOf(who, "front");
      await Deno.writeFile(
        `${folder}/${name}`,
        new Uint8Array([...type, ...selfie]),
      );
    }
  }
}

/**
 * Gives whoever never confirmed their address the time they had when the archive was made: an
 * account like that ends after two days, and Linus would be gone before anything is looked at.
 */
async function giveTime(dataDir: string): Promise<void> {
  const kv = await Deno.openKv(`${dataDir}/web/kv.sqlite3`);
  try {
    const until = Date.now() + 60 * 60_000;
    for await (const { key } of kv.list({ prefix: ["unconfirmed"] })) {
      const account = await kv.get<object>(["accounts", key[1]]);
      await kv.atomic().set(key, until)
        .set(account.key, { ...account.value, unconfirmedUntil: until })
        .commit();
    }
  } finally {
    kv.close();
  }
}

const proofOf = async (who: Person) => {
  const face = await selfieOf(who, "front");
  return { faceImage: `data:image/jpeg;base64,${face.toBase64()}` };
};

/** The newest code that was mailed to an address after some e-mails were there. */
function mailedCode(outbox: Outbox, email: string, before: Set<string>) {
  const find = async () => {
    for (const { id } of await outbox.list()) {
      const mail = before.has(id) ? null : await outbox.read(id);
      const code = /\b(\d{3}) (\d{3})\b/.exec(mail?.text ?? "");
      if (mail?.to.includes(email) && code) return code[1] + code[2];
    }
  };
  return eventually(find, () => `No code came to ${email}`);
}

async function signIn(
  stack: Stack,
  { faces }: Archive,
  who: Person,
  password: string,
) {
  const email = `${who}@example.com`;
  const outbox = outboxOf(stack.env.DATA_DIR);
  const program = new Program({ name: who, email });
  const login = (body: object) =>
    program.ask(`${stack.url}/api/login`, "POST", body);
  if (faces) {
    await login({ email, password, ...await proofOf(who) });
    return program;
  }
  const before = new Set((await outbox.list()).map(({ id }) => id));
  await login({ email, password });
  await login({ code: await mailedCode(outbox, email, before) });
  return program;
}

async function everythingIsThere(
  t: Deno.TestContext,
  stack: Stack,
  archive: Archive,
) {
  const dataDir = stack.env.DATA_DIR;
  const facts: Facts = JSON.parse(
    await Deno.readTextFile(`${dataDir}/facts.json`),
  );
  const { rooms, password } = facts;
  const messages = `${stack.url}/api/messages`;
  const ada = await signIn(stack, archive, "ada", password);
  const grace = await signIn(stack, archive, "grace", password);

  await t.step("somebody without a face is asked for a code", async () => {
    const linus = new Program({ name: "Linus", email: "linus@example.com" });
    const { next } = await linus.ask(`${stack.url}/api/login`, "POST", {
      email: linus.person.email,
      password,
    });
    assertEquals(next, "code");
  });

  await t.step("everyone has the rooms they had", async () => {
    const names = async (who: Program) =>
      (await who.ask(`${stack.url}/api/chat`)).rooms
        .map(({ name }: { name: string }) => name).sort();
    assertEquals(await names(ada), ["Engines", "Kitchen", "غرفة العرب"]);
    assertEquals(await names(grace), ["Engines"]);
  });

  await t.step("every message, edit, deletion and reaction", async () => {
    const { messages: old, epoch, offset } = facts.engines;
    const page: HistoryPage = await grace.ask(
      `${messages}?roomId=${rooms.Engines}&limit=100`,
    );
    assertEquals(page.messages.map(visible), old.map(visible));
    assertEquals([page.epoch, page.offset], [epoch, offset]);
  });

  await t.step("the page shows it, and what is unread", async () => {
    const headers = { cookie: grace.cookie };
    const list = await (await fetch(`${stack.url}/rooms`, { headers })).text();
    assert(/unread/.test(list), "nothing is unread");
    const page = await fetch(`${stack.url}/rooms/${rooms.Engines}`, {
      headers,
    });
    assert((await page.text()).includes("The engine is ready"));
  });

  await t.step(
    "search finds what is there, and not what was deleted",
    async () => {
      const find = async (q: string) => {
        const path = `/rooms/${rooms.Engines}/search?q=${
          encodeURIComponent(q)
        }`;
        const headers = { cookie: grace.cookie };
        return await (await fetch(stack.url + path, { headers })).text();
      };
      const found = await find("edited twice");
      assert(/around\/\d+|messages\/\d+/.test(found), "nothing was found");
      assert(!/around\/\d+/.test(await find("Together 72")));
    },
  );

  await t.step(
    "the log goes on where it stopped, and repeats nothing",
    async () => {
      const say = (who: Program, clientId: string, content: string) =>
        who.ask(messages, "POST", { roomId: rooms.Engines, clientId, content });
      const first = facts.engines.messages.find(({ clientId }) =>
        clientId === "old-7"
      )!;
      const again = await say(ada, "old-7", "Sent once more");
      assertEquals([again.id, again.offset], [first.id, first.offset]);
      const next = await say(ada, "new-1", "Carried over");
      assertEquals(next.offset, facts.engines.offset + 1);
    },
  );

  await t.step(
    "the recording of a dictated message is still kept, until the message is deleted",
    async () => {
      const isKept = () =>
        [...Deno.readDirSync(`${dataDir}/clips`)]
          .some(({ name }) => name.includes(facts.clip));
      assert(isKept());
      const spoken = facts.engines.messages.find(({ clip }: Earlier) =>
        clip === facts.clip
      )!;
      await forget(stack, ada, rooms.Engines, spoken);
      await eventually(
        () => isKept() ? undefined : true,
        () => stack.output.join("\n"),
      );
    },
  );

  await t.step("what is deleted now is gone, and nothing else", async () => {
    const doomed = facts.engines.messages.filter(({ sender, deletedAt }) =>
      sender.id === facts.ids.ada && !deletedAt
    );
    for (const message of doomed.slice(0, 3)) {
      await forget(stack, ada, rooms.Engines, message);
    }
    const { messages: now }: HistoryPage = await ada.ask(
      `${messages}?roomId=${rooms.Engines}&limit=100`,
    );
    const gone = new Set(doomed.slice(0, 3).map(({ id }) => id));
    for (const old of facts.engines.messages) {
      const message = now.find(({ id }) => id === old.id);
      // A page has a hundred: the oldest may be on the one before.
      if (!message || (old as Earlier).clip === facts.clip) continue;
      if (gone.has(old.id)) assertEquals(message.content, "");
      else assertEquals(visible(message), visible(old));
      assertEquals(
        message.deletedAt !== undefined,
        gone.has(old.id) || old.deletedAt !== undefined,
      );
    }
  });
}

/** Deletes a message with the form on its page. */
async function forget(
  { url }: Stack,
  { cookie }: Program,
  roomId: string,
  { id }: Message,
): Promise<void> {
  const answer = await fetch(`${url}/rooms/${roomId}/messages/${id}`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: url },
    body: new URLSearchParams({ intent: "delete" }),
  });
  await answer.body?.cancel();
  assertEquals(answer.status, 303);
}

for (const archive of ARCHIVES) {
  Deno.test({
    name:
      `a data folder of an earlier version is carried over: ${archive.name}`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      const dataDir = await unpack(archive.name);
      if (archive.faces) await givePictures(dataDir);
      await giveTime(dataDir);
      // Redis reads a snapshot at its start only where it keeps no append-only file.
      const redis = archive.redis &&
        await redisServer(dataDir, "--appendonly", "no");
      const env: Record<string, string> = redis ? { REDIS_URL: redis.url } : {};
      const stack = await startStack(env, dataDir);
      try {
        await everythingIsThere(t, stack, archive);
      } finally {
        await stack.close();
        await redis?.[Symbol.asyncDispose]();
      }
    },
  });
}
