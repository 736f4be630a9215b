/** What an answer tells of somebody by its words (issue 17, 7). By its time: timing.ts. */
import { type Attack, succeeded, succeededIf } from "../attack.ts";
import { Elsewhere } from "../elsewhere.ts";
import { cookiesIn, sendForm } from "../holder.ts";
import { digitsOf, faceImage, newRoom, PASSWORD, sendJson } from "../people.ts";
import { through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const NOBODY = "nobody-at-all@attacks.test";

/** An answer without what differs each time, or says only what was asked. */
async function told(answer: Response, email: string): Promise<string> {
  const text = (await answer.text()).replaceAll(email, "E")
    .replaceAll(encodeURIComponent(email), "E")
    .replace(/(nonce|value)="[^"]*"/g, "")
    .replace(/"(id|code|requestId|createdAt|expiresAt)":("[^"]*"|\d+)/g, "")
    .replace(/[\w-]{20,}/g, "");
  const leads = answer.headers.get("location") ?? "";
  const cookies = answer.headers.getSetCookie().map((it) => it.split("=")[0]);
  return `${answer.status} ${leads.split("?")[0]} ${cookies} ${text}`;
}

type Ask = (world: World, email: string, from: Elsewhere) => Promise<Response>;

const FORMS: Record<string, Ask> = {
  "the reset form": ({ web, appUrl }, email, from) =>
    from.fetch(`${web}/login/forgot`, {
      method: "POST",
      headers: { origin: appUrl },
      body: new URLSearchParams({ email }),
    }),
  "a sign-in with a wrong password": ({ web }, email, from) =>
    from.send(`${web}/api/login`, { email, password: "a wrong guess" }),
  "an invitation": async (world, email) => {
    const roomId = await newRoom(world, "Who is there");
    const body = { roomId, email };
    return sendJson(`${world.web}/api/invitations`, body, world.owner.cookie);
  },
};

const existence = Object.entries(FORMS).map(([form, ask], i): Attack => ({
  name: `whether an address has an account, by the words of ${form}`,
  async run(world) {
    using from = new Elsewhere(86 + i);
    const answers: string[] = [];
    for (const email of [world.outsider.email, NOBODY]) {
      answers.push(await told(await ask(world, email, from), email));
    }
    return succeededIf(answers[0] !== answers[1], answers.join(" | "));
  },
  undone: through(({ outsider }) => ({
    async request(_, request, path) {
      if (!/forgot|api\/login|api\/invitations/.test(path)) return request;
      const asked = decodeURIComponent(await request.clone().text());
      return asked.includes(outsider.email)
        ? new Response("This one is known.")
        : new Response("Nobody has it.", { status: 404 });
    },
  })),
}));

/** A face that is not the person's, sent in a sign-in of theirs; the answer's words. */
async function refusedFace(world: World, photo: string): Promise<string> {
  const { email } = world.outsider;
  const first = await sendJson(`${world.web}/api/login`, {
    ...{ email, password: PASSWORD },
  });
  await first.body?.cancel();
  const body = { faceImage: photo };
  const answer = await sendJson(
    `${world.web}/api/login`,
    body,
    cookiesIn(first),
  );
  const text = await answer.text();
  return answer.ok ? "" : `${answer.status} ${text}`;
}

const stranger: Attack = {
  name: "another person's face, with the right password",
  async run(world) {
    const text = await refusedFace(world, await faceImage("grace"));
    if (text === "") return succeeded("it signs in");
    // Refused for whose face it is, and not for something else.
    return succeededIf(!text.includes("face-mismatch"), text);
  },
  undone: through(() => ({
    async request(_, request, path) {
      const isFace = path === "/api/login" &&
        (await request.clone().text()).includes("faceImage");
      return isFace ? Response.json({}) : request;
    },
  })),
};

const alike: Attack = {
  name: "how alike a face is, by the words of what refuses it",
  async run(world) {
    const text = await refusedFace(world, await faceImage("grace"));
    // A distance or a share would show which way to change a picture.
    const [number] = /\d*\.\d+|"(distance|similarity|score)"/.exec(text) ?? [];
    return succeededIf(
      text === "" || number !== undefined,
      number ?? "it is in",
    );
  },
  undone: through(() => ({
    async response(answer) {
      const text = await answer.text();
      const { status } = answer;
      if (!text.includes("face-")) return new Response(text, answer);
      return Response.json({ code: "face-", distance: 0.61 }, { status });
    },
  })),
};

const swapped: Attack = {
  name: "the code mailed to one account, in the sign-in of another",
  async run(world) {
    const { web, outsider, member } = world;
    const half = async (email: string) => {
      const fields = { email, password: PASSWORD };
      const answer = await sendForm(world, "/login", fields);
      await answer.body?.cancel();
      return cookiesIn(answer);
    };
    const [theirs, own] = [
      await half(outsider.email),
      await half(member.email),
    ];
    for (const cookie of [theirs, own]) {
      const asked = await sendForm(world, "/login/code", {
        intent: "send",
      }, cookie);
      await asked.body?.cancel();
    }
    const code = await digitsOf(world.dataDir, member.email);
    const sent = await sendForm(world, "/login/code", { code }, theirs);
    await sent.body?.cancel();
    const session = cookiesIn(sent);
    const page = await fetch(`${web}/account`, {
      headers: { cookie: session },
      redirect: "manual",
    });
    await page.body?.cancel();
    return succeededIf(page.status === 200, "the account is open");
  },
  undone: through((world) => ({
    request: (_, request, path) =>
      request.method === "GET" && path === "/account"
        ? (request.headers.set("cookie", world.owner.cookie), request)
        : request,
  })),
};

export const oracles: Attack[] = [...existence, stranger, alike, swapped];
