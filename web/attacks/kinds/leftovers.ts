/** What stays where somebody could find it later (issue 13, 10 and 17). */
import { dataKeyFile, keysOfFile } from "../../sealing/key-file.ts";
import { sealedKv } from "../../sealing/sealed-kv.ts";
import { type Attack, held, succeeded, succeededIf } from "../attack.ts";
import { eventually } from "../../e2e/patience.ts";
import { outboxDir } from "../../mail/outbox.ts";
import { outboxOf } from "../../mail/testing-outbox.ts";
import { filesIn, staysIn } from "../disk.ts";
import { writtenUnguarded } from "../mails.ts";
import { newRoom, PASSWORD, sendJson, valueOf } from "../people.ts";
import { readKeys, rotateKeys, type SigningKey } from "../../tokens/keys.ts";
import { through } from "../weaknesses.ts";
import { SECRET, type World } from "../world.ts";

/** Says a text that is nowhere else; gives the address of its message. */
async function said(
  world: World,
): Promise<{ text: string; room: string; path: string }> {
  const text = `forgotten-${crypto.randomUUID()}`;
  const roomId = await newRoom(world, "Forgotten");
  const draft = { roomId, clientId: "forgotten", content: text };
  const { id } = await valueOf<{ id: string }>(
    await sendJson(`${world.web}/api/messages`, draft, world.owner.cookie),
  );
  const room = `/rooms/${roomId}`;
  return { text, room, path: `${room}/messages/${id}` };
}

async function form(
  { web, appUrl, owner }: World,
  path: string,
  fields: Record<string, string>,
): Promise<void> {
  const answer = await fetch(web + path, {
    method: "POST",
    headers: { cookie: owner.cookie, origin: appUrl },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  await answer.body?.cancel();
  if (answer.status !== 303) throw new Error(`${answer.status} of ${path}`);
}

/** Forms are answered as if they were done. */
const unheard = through(() => ({
  request: (_, request) =>
    new URL(request.url).pathname.startsWith("/rooms/")
      ? new Response(null, { status: 303, headers: { location: "/rooms" } })
      : request,
}));

const message: Attack = {
  name: "the text of a deleted message is read from the disk",
  slow: true,
  async run(world) {
    const { text, path } = await said(world);
    await form(world, path, { intent: "delete" });
    return succeededIf(await staysIn(world.dataDir, text), "it is there");
  },
  undone: unheard,
};

const room: Attack = {
  name: "what was said in a room that ended is read from the disk",
  slow: true,
  async run(world) {
    const { text, room } = await said(world);
    await form(world, `${room}/members`, { intent: "leave" });
    return succeededIf(await staysIn(world.dataDir, text), "it is there");
  },
  undone: unheard,
};

const DAY_MS = 24 * 60 * 60 * 1000;

/** The keys of a server, as if they had been made a day earlier. */
async function ageKeys(kv: Deno.Kv): Promise<void> {
  const entry = await kv.get<SigningKey[]>(["signing_keys"]);
  const list = entry.value ?? [];
  const older = list.map((key) => ({
    ...key,
    createdAt: key.createdAt - 1.1 * DAY_MS,
  }));
  await kv.set(entry.key, older);
}

const LOOKS = 80;

const key: Attack = {
  name: "a key that leaked before the keys were changed twice is still good",
  slow: true,
  async run(world) {
    const { web, dataDir } = await world.strict();
    const file = `${dataDir}/web/kv.sqlite3`;
    using store = await Deno.openKv(file);
    const kv = sealedKv(store, keysOfFile(dataKeyFile(file)));
    const [leaked] = await readKeys(kv);
    for (let i = 0; i < 2; i++) {
      await ageKeys(kv);
      await rotateKeys(kv);
    }
    // Web reads the list anew each minute.
    for (let look = 0; look < LOOKS; look++) {
      const answer = await fetch(`${web}/.well-known/jwks.json`);
      const text = await answer.text();
      if (!text.includes(leaked.kid)) return held();
      await new Promise((done) => setTimeout(done, 1_000));
    }
    return succeeded("it is published");
  },
  undone: through(() => {
    let first: Promise<string> | undefined;
    return {
      async request(_, request) {
        if (!request.url.endsWith("/jwks.json")) return request;
        first ??= fetch(request).then((answer) => answer.text());
        return new Response(await first);
      },
    };
  }),
};

/** What no line may hold: of what was said, of how people sign in, and of who they are. */
const NEVER = [SECRET, PASSWORD, "@attacks.test", "forgotten-"];

/** What lets somebody in, or takes an account over. */
const LINK = /\/(login\/reset|confirm|invitations)\/[\w-]{20,}/;

const mailed: Attack = {
  name: "a link that lets somebody in is read from the outbox on the disk",
  async run(world) {
    const { dataDir, outsider, web, appUrl } = world;
    const outbox = outboxOf(dataDir);
    const before = (await outbox.list()).map(({ id }) => id);
    const linkTo = async () => {
      for (const { id, to } of await outbox.list()) {
        if (before.includes(id) || !to.includes(outsider.email)) continue;
        const link = LINK.exec((await outbox.read(id))?.text ?? "");
        if (link) return link[0];
      }
    };
    const answer = await fetch(`${web}/login/forgot`, {
      method: "POST",
      headers: { origin: appUrl },
      body: new URLSearchParams({ email: outsider.email }),
      redirect: "manual",
    });
    await answer.body?.cancel();
    await eventually(linkTo, () => "no e-mail came");
    for await (const path of filesIn(outboxDir({ dataDir }))) {
      const bytes = await Deno.readFile(path).catch(() => new Uint8Array());
      // Long lines are broken in e-mails (RFC 2045 §6.7).
      const text = new TextDecoder("latin1").decode(bytes)
        .replace(/=\r?\n/g, "");
      if (LINK.test(text)) return succeeded("a link of an e-mail");
    }
    return held();
  },
  undone: through(({ dataDir, outsider }) => ({
    async request(_, request) {
      if (!request.url.endsWith("/login/forgot")) return request;
      const text = `http://localhost/login/reset/${crypto.randomUUID()}`;
      await writtenUnguarded(dataDir, outsider.email, { text });
      return new Response(null, { status: 303, headers: { location: "/" } });
    },
  })),
};

const unseen: Attack = {
  name: "an admin deletes what somebody said, and no activity tells of it",
  async run(world) {
    const { web, owner, member } = world;
    const draft = { roomId: world.roomId, content: "Rude" };
    const { id } = await valueOf<{ id: string }>(
      await sendJson(`${web}/api/messages`, {
        ...draft,
        clientId: crypto.randomUUID(),
      }, member.cookie),
    );
    const path = `/rooms/${world.roomId}/messages/${id}`;
    await form(world, path, { intent: "delete" });
    for (const { cookie } of [owner, member]) {
      for (let look = 0;; look++) {
        const headers = { cookie };
        const answer = await fetch(`${web}/account/activity`, { headers });
        const html = await answer.text();
        if (html.includes("deleted a message that")) break;
        if (look === 100) return succeeded("it is not there");
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    return held();
  },
  undone: through(() => ({
    request: (_, request) =>
      request.url.endsWith("/account/activity")
        ? new Response("Nothing happened.")
        : request,
  })),
};

const log: Attack = {
  name: "the log of a service tells a secret",
  run({ output, owner, stale }) {
    const secrets = [...NEVER, owner.cookie.split("=")[1], stale.removed];
    const line = output.find((line) =>
      secrets.some((secret) => line.includes(secret)) ||
      /eyJ[\w-]+\.eyJ/.test(line)
    );
    return Promise.resolve(
      line === undefined && output.length > 0
        ? held()
        : succeeded(`in a line of ${line?.split(" ")[0]}`),
    );
  },
  undone: (world) => ({
    world: { ...world, output: [`web ${PASSWORD}`] },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
};

/** The last looks at what all others left. */
export const leftovers: Attack[] = [
  ...[message, room, mailed, unseen],
  ...[key, log],
];
