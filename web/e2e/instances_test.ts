import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../../.tasks/free-ports.ts";
import { redisServer } from "../../.tasks/doctor/testing.ts";
import { run, type Running, whenReady } from "../../.tasks/processes.ts";
import { services } from "../../.tasks/services.ts";
import { selfieOf } from "../faces/test-photos.ts";
import type { Outbox } from "../mail/outbox-mail.ts";
import { outboxIn } from "../mail/outbox.ts";
import { outboxOf } from "../mail/testing-outbox.ts";
import { kvServer } from "./kv-server.ts";
import { eventually } from "./patience.ts";
import { Program } from "./program.ts";
import { buildOnce } from "./built.ts";

/** Two of web over one KV and two of realtime over one Redis, behind one APP_URL. */
async function startTwice(
  dataDir: string,
  redisUrl: string,
  kv: Record<string, string>,
) {
  const [a, b, ra, rb] = freePorts(4);
  const output: string[] = [];
  const start = (web: number, realtime: number): Running[] =>
    services({
      APP_URL: `http://localhost:${a}`,
      PORT: `${web}`,
      WS_PORT: `${realtime}`,
      DATA_DIR: dataDir,
      REDIS_URL: redisUrl,
    })
      .filter(({ name }) => name !== "transcriber")
      .map((service) =>
        run(service, (line) => output.push(`${service.name} ${line}`), {
          REDIS_URL: redisUrl,
          ...kv,
        })
      );
  const running = [...start(a, ra), ...start(b, rb)];
  const stop = () => Promise.all(running.map((child) => child.stop()));
  try {
    await whenReady(running);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${output.join("\n")}`);
  }
  return {
    webs: [a, b].map((port) => `http://localhost:${port}`),
    sockets: [ra, rb].map((port) => `ws://localhost:${port}`),
    output,
    stop,
  };
}

/** The user of DEPLOYMENT.md. */
const LEAST_RIGHTS = [
  ...["--user", "chatsphere", "on", ">password"],
  ...["~chatsphere:*", "&chatsphere:*"],
  ...["+@all", "-@admin", "-@dangerous", "+info", "+cluster"],
];

/** The text of the e-mail to this address in an outbox. */
async function mailedTo(outbox: Outbox, address: string) {
  const entry = (await outbox.list()).find(({ to }) => to.includes(address));
  return entry && (await outbox.read(entry.id))?.text;
}

/** The code of the invitation in an outbox, once it is there. */
function codeIn(outbox: Outbox): Promise<string> {
  const find = async () => {
    for (const { id } of await outbox.list()) {
      const mail = await outbox.read(id);
      const code = /\/invitations\/([\w-]+)/.exec(mail?.text ?? "")?.[1];
      if (code) return code;
    }
  };
  return eventually(find, () => "No invitation came");
}

/** The variables that lead to this store, and what must be so of it in the end. */
interface Store extends AsyncDisposable {
  env: Record<string, string>;
  check(hasFile: boolean): void;
  /** Where e-mails are: sealed with the key beside a file, in the clear where there is none. */
  outbox(dataDir: string): Outbox;
}

function aFile(): Store {
  return {
    env: {},
    check: (hasFile) => assert(hasFile),
    outbox: outboxOf,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function aServer(): Store {
  const server = kvServer("a-token-of-the-server");
  return {
    env: {
      DENO_KV_PATH: server.url,
      DENO_KV_ACCESS_TOKEN: "a-token-of-the-server",
    },
    check(hasFile) {
      assert(!hasFile, "nothing is kept beside the server");
      assert(server.counts.writes > 0);
    },
    outbox: (dataDir) => outboxIn(`${dataDir}/outbox`, null),
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}

for (const [name, open] of [["file", aFile], ["server", aServer]] as const) {
  Deno.test(`two of web over one KV ${name} and two of realtime are one chat`, async () => {
    await using store = open();
    await beOneChat(store);
  });
}

async function beOneChat(store: Store) {
  await buildOnce();
  const dataDir = await Deno.makeTempDir({ prefix: "chatsphere-two-" });
  const redisDir = await Deno.makeTempDir({ prefix: "chatsphere-redis-" });
  await using redis = await redisServer(redisDir, ...LEAST_RIGHTS);
  const redisUrl = redis.url.replace("//", "//chatsphere:password@");
  const { webs: [one, two], sockets, output, stop } = await startTwice(
    dataDir,
    redisUrl,
    store.env,
  );
  try {
    const ada = new Program({ name: "Ada", email: "ada@acme.test" });
    const grace = new Program({ name: "Grace", email: "grace@acme.test" });
    await Promise.all([
      ada.register(one, await selfieOf("ada")),
      grace.register(two, await selfieOf("grace")),
    ]);

    // The same address at both at once is one account.
    const selfie = await selfieOf("ada", "second");
    const twins = [one, two].map((web) =>
      new Program({ name: "Twin", email: "twin@acme.test" })
        .register(web, selfie).then(() => "made", () => "refused")
    );
    assertEquals((await Promise.all(twins)).sort(), ["made", "refused"]);

    // Each uses the instance that did not register her.
    const { id: roomId } = await ada.ask(`${two}/api/chat`, "POST", {
      name: "Engines",
    });
    await ada.confirm(
      two,
      () => mailedTo(store.outbox(dataDir), "ada@acme.test"),
    );
    await ada.ask(`${one}/api/invitations`, "POST", {
      roomId,
      email: "grace@acme.test",
    });
    const code = await codeIn(store.outbox(dataDir));
    await grace.ask(`${one}/api/invitations`, "PATCH", {
      code,
      status: "accepted",
    });

    // A form pressed twice, at both at once and once more, is one room.
    const once = crypto.randomUUID();
    const press = async (web: string) => {
      const answer = await fetch(`${web}/rooms`, {
        method: "POST",
        headers: { cookie: ada.cookie, origin: one },
        body: new URLSearchParams({ name: "Pressed", once }),
        redirect: "manual",
      });
      await answer.body?.cancel();
      return `${answer.status} ${answer.headers.get("location")}`;
    };
    const presses = await Promise.all([one, two].map(press));
    presses.push(await press(one), await press(two));
    assertEquals(presses, Array(4).fill(presses[0]));
    assert(presses[0].startsWith("303 /rooms/"), presses[0]);

    // One sends through the first realtime, the other listens at the second.
    const listener = await grace.join(one, sockets[1], roomId);
    const draft = { roomId, clientId: "c-1", content: "Hello from one" };
    const first = await ada.ask(`${one}/api/messages`, "POST", draft);
    const heard = await listener.next("new-message");
    assertEquals([heard.message.id, heard.offset], [first.id, first.offset]);
    const again = await ada.ask(`${two}/api/messages`, "POST", draft);
    assertEquals(again.id, first.id);
    await grace.ask(`${two}/api/messages`, "POST", {
      roomId,
      clientId: "c-2",
      content: "Hello from two",
    });
    const reply = await listener.next("new-message");
    assertEquals(reply.offset, first.offset + 1);
    const [seenAtOne, seenAtTwo] = await Promise.all([
      ada.ask(`${one}/api/messages?roomId=${roomId}`),
      grace.ask(`${two}/api/messages?roomId=${roomId}`),
    ]);
    assertEquals(seenAtOne, seenAtTwo);
    assertEquals(seenAtOne.messages.length, 2);
    await listener.close();
    const file = await Deno.stat(`${dataDir}/web/kv.sqlite3`)
      .then(() => true, () => false);
    store.check(file);
  } catch (error) {
    console.error(output.slice(-20).join("\n"));
    throw error;
  } finally {
    await stop();
    await Deno.remove(dataDir, { recursive: true });
    await Deno.remove(redisDir, { recursive: true });
  }
}
