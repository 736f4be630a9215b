/** Text of a person that would become something else where it is shown. */
import {
  all,
  type Attack,
  type Outcome,
  succeeded,
  succeededIf,
} from "../attack.ts";
import { startOf } from "../http.ts";
import { newRoom, sendJson, valueOf } from "../people.ts";
import { outboxOf } from "../../mail/testing-outbox.ts";
import { sourceOf, writtenUnguarded } from "../mails.ts";
import { eventually } from "../../e2e/patience.ts";
import { saying, through, unescaped } from "../weaknesses.ts";
import type { World } from "../world.ts";

/** Each would run, or change the page, if it were taken as it is. */
const PAYLOADS = {
  script: "<script>alert(1)</script>",
  image: "<img src=x onerror=alert(1)>",
  attribute: '"><svg onload=alert(1)>',
  end: "</script><script>alert(1)</script>",
  comment: "--><script>alert(1)</script><!--",
  title: "</title><script>alert(1)</script>",
  textarea: "</textarea><script>alert(1)</script>",
};

const MARKS = ["<script>alert(1)", "<img src=x onerror", "<svg onload"];

function judgedPage(html: string, where: string): Outcome {
  const mark = MARKS.find((mark) => html.includes(mark));
  return mark ? succeeded(`${where} holds ${mark}`) : { held: true };
}

async function pageOf(world: World, path: string): Promise<string> {
  const { cookie } = world.owner;
  return await startOf(
    await fetch(world.web + path, { headers: { cookie } }),
  );
}

async function look(world: World, paths: string[]): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const path of paths) {
    outcomes.push(judgedPage(await pageOf(world, path), path));
  }
  return all(outcomes);
}

const say = async (world: World, roomId: string, content: string) => {
  const draft = { roomId, clientId: crypto.randomUUID(), content };
  const { cookie } = world.owner;
  await valueOf(await sendJson(`${world.web}/api/messages`, draft, cookie));
};

const stored = Object.entries(PAYLOADS).flatMap(([kind, payload]): Attack[] => [
  {
    name: `stored markup in a message: ${kind}`,
    async run(world) {
      const id = await newRoom(world, "Injected");
      await say(world, id, `word ${payload}`);
      return await look(world, [
        `/rooms/${id}`,
        `/rooms/${id}/search?q=word`,
        `/search?q=word`,
        `/rooms/${id}/around/1`,
        `/rooms`,
      ]);
    },
    undone: unescaped,
  },
  {
    name: `stored markup in a room's name: ${kind}`,
    async run(world) {
      const id = await newRoom(world, payload);
      return await look(world, [`/rooms/${id}`, `/rooms/${id}/members`]);
    },
    undone: unescaped,
  },
  {
    name: `markup sent back by a form or an address: ${kind}`,
    async run(world) {
      const query = encodeURIComponent(payload);
      const { roomId } = world;
      const echoed = await fetch(`${world.web}/login`, {
        method: "POST",
        headers: { origin: world.appUrl },
        body: new URLSearchParams({ email: payload, password: "x" }),
        redirect: "manual",
      });
      return all([
        judgedPage(await echoed.text(), "/login"),
        await look(world, [
          `/rooms/${roomId}/search?q=${query}`,
          `/search?q=${query}`,
          `/search?q=from:${query}`,
          `/share?text=${query}`,
          `/login?next=/${query}`,
          `/register?next=/${query}`,
          `/rooms/${query}`,
          `/${query}`,
        ]),
      ]);
    },
    undone: unescaped,
  },
]);

const names: Attack = {
  name: "stored markup in a person's name",
  async run(world) {
    const rename = (name: string) =>
      fetch(`${world.web}/account`, {
        method: "POST",
        headers: { origin: world.appUrl, cookie: world.owner.cookie },
        body: new URLSearchParams({ intent: "rename", name }),
        redirect: "manual",
      });
    await (await rename(PAYLOADS.image)).body?.cancel();
    const id = await newRoom(world, "Named");
    await say(world, id, "hello");
    const outcome = await look(world, [
      `/rooms/${id}`,
      `/rooms/${id}/members`,
      "/account",
      "/rooms",
    ]);
    await (await rename(world.owner.name)).body?.cancel();
    return outcome;
  },
  undone: unescaped,
};

const live: Attack = {
  name: "markup in a message, on the live page without script",
  async run(world) {
    const id = await newRoom(world, "Live");
    const { cookie } = world.owner;
    const answer = await fetch(`${world.web}/rooms/${id}/live?after=0`, {
      headers: { cookie },
    });
    const reader = answer.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    await say(world, id, `${PAYLOADS.script} last words`);
    let text = "";
    while (!text.includes("last words")) {
      text += (await reader.read()).value ?? "";
    }
    await reader.cancel();
    return judgedPage(text, "the live page");
  },
  undone: unescaped,
};

/** Only http and https become links. */
const links = ["javascript:alert(1)", "data:text/html,x", "vbscript:x"].map(
  (address): Attack => ({
    name: `a message that links to ${address}`,
    async run(world) {
      const id = await newRoom(world, "Links");
      await say(world, id, `see ${address} and [x](${address})`);
      const html = await pageOf(world, `/rooms/${id}`);
      return succeededIf(
        html.includes(`href="${address}`),
        "it is a link in the page",
      );
    },
    undone: saying((text) =>
      text.replace(`see ${address}`, `<a href="${address}">see</a>`)
    ),
  }),
);

const opener: Attack = {
  name: "a link in a message gets hold of the page it was in",
  async run(world) {
    const id = await newRoom(world, "Opener");
    await say(world, id, "see https://evil.example/x");
    const html = await pageOf(world, `/rooms/${id}`);
    const [link = ""] = /<a[^>]*evil\.example[^>]*>/.exec(html) ?? [];
    return succeededIf(!/rel="[^"]*noopener|noreferrer/.test(link), link);
  },
  undone: saying((text) => text.replaceAll(/ rel="[^"]*"/g, "")),
};

const mail: Attack = {
  name: "a header in an e-mail, by a line break in a room's name",
  async run(world) {
    const to = `header-${crypto.randomUUID().slice(0, 8)}@attacks.test`;
    const answer = await sendJson(`${world.web}/api/chat`, {
      name: "Room\r\nBcc: victim@evil.example\r\n\r\nBody",
      emails: [to],
    }, world.owner.cookie);
    const made = answer.ok;
    await answer.body?.cancel();
    if (!made) return { held: true };
    const outbox = outboxOf(world.dataDir);
    const found = await eventually(
      async () => (await outbox.list()).find((entry) => entry.to.includes(to)),
      () => "no e-mail came",
    );
    const raw = await sourceOf(world.dataDir, found.id);
    return succeededIf(/^Bcc:/im.test(raw), "the e-mail has a Bcc line");
  },
  // The e-mail itself is written by web: what stands in for it is one that was written unguarded.
  undone: through((world) => ({
    async request(_, request) {
      const { emails: [to] } = await request.json();
      const headers = "Bcc: victim@evil.example\r\nSubject: x";
      await writtenUnguarded(world.dataDir, to, { headers });
      return Response.json({ id: "x" });
    },
  })),
};

export const injection: Attack[] = [
  ...stored,
  names,
  live,
  ...links,
  opener,
  mail,
];
