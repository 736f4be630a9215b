import { assert, assertEquals } from "@std/assert";
import { redisServer } from "../../.tasks/doctor/testing.ts";
import type { HistoryPage, Message } from "../../realtime/protocol.ts";
import { type Person, selfieOf } from "../faces/test-photos.ts";
import { Program } from "./program.ts";
import { type Stack, startStack } from "./stack.ts";

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

async function signIn(stack: Stack, who: Person, password: string) {
  const email = `${who}@example.com`;
  const program = new Program({ name: who, email });
  const face = await selfieOf(who, "front");
  await program.ask(`${stack.url}/api/login`, "POST", {
    email,
    password,
    faceImage: `data:image/jpeg;base64,${face.toBase64()}`,
  });
  return program;
}

async function everythingIsThere(t: Deno.TestContext, stack: Stack) {
  const dataDir = stack.env.DATA_DIR;
  const facts: Facts = JSON.parse(
    await Deno.readTextFile(`${dataDir}/facts.json`),
  );
  const { rooms, password } = facts;
  const messages = `${stack.url}/api/messages`;
  const ada = await signIn(stack, "ada", password);
  const grace = await signIn(stack, "grace", password);

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
    "the recording of a dictated message is still kept",
    () => {
      const clips = [...Deno.readDirSync(`${dataDir}/clips`)];
      assert(clips.some(({ name }) => name.includes(facts.clip)));
    },
  );
}

Deno.test({
  name: "a data folder of an earlier version is carried over",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const dataDir = await unpack("2026-11-sqlite");
    await givePictures(dataDir);
    const stack = await startStack({}, dataDir);
    try {
      await everythingIsThere(t, stack);
    } finally {
      await stack.close();
    }
  },
});

Deno.test({
  name: "a Redis log of an earlier version is carried over",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const dataDir = await unpack("2026-11-redis");
    await givePictures(dataDir);
    // Redis reads a snapshot at its start only where it keeps no append-only file.
    const redis = await redisServer(dataDir, "--appendonly", "no");
    const stack = await startStack({ REDIS_URL: redis.url }, dataDir);
    try {
      await everythingIsThere(t, stack);
    } finally {
      await stack.close();
      await redis[Symbol.asyncDispose]();
    }
  },
});
