/** Links to a new password, and what is left of an account after one (issue 17, 7). */
import { type Attack, succeeded, succeededIf } from "../attack.ts";
import { Elsewhere } from "../elsewhere.ts";
import { cookiesIn, openWith } from "../holder.ts";
import {
  confirmAddress,
  faceImage,
  PASSWORD,
  resetOf,
  sendJson,
} from "../people.ts";
import { through, type Weakness } from "../weaknesses.ts";
import type { World } from "../world.ts";

const NEW = "three blind mice run";
const OTHER = "four calling birds";

/** Somebody who asks for links to a new password, from a network of their own. */
async function forgetful(world: World, from: Elsewhere) {
  const email = `forgets-${crypto.randomUUID().slice(0, 8)}@attacks.test`;
  const made = await from.send(`${world.web}/api/registry`, {
    ...{ name: "Forgets", email, password: PASSWORD, consent: true },
    faceImage: await faceImage(),
  });
  await made.body?.cancel();
  if (!made.ok) throw new Error(`${made.status} of an account`);
  const cookie = cookiesIn(made);
  // Only whose address is known to be theirs is sent a link.
  await confirmAddress(world, { email, cookie });
  const form = (path: string, fields: Record<string, string>) =>
    from.fetch(world.web + path, {
      method: "POST",
      headers: { origin: world.appUrl },
      body: new URLSearchParams(fields),
    });
  const links: string[] = [];
  return {
    email,
    cookie,
    /** Asks for one more link. */
    async link(): Promise<string> {
      await (await form("/login/forgot", { email })).body?.cancel();
      const code = await resetOf(world.dataDir, email, links);
      links.push(code);
      return `/login/reset/${code}`;
    },
    /** Whether a link was taken. */
    async use(link: string, password: string): Promise<boolean> {
      const answer = await form(link, { password });
      await answer.body?.cancel();
      return answer.status === 303;
    },
    /** The status of a sign-in's first step. */
    async tries(password: string): Promise<number> {
      const answer = await sendJson(`${world.web}/api/login`, {
        ...{ email, password },
      });
      await answer.body?.cancel();
      return answer.status;
    },
  };
}

/** Every link to a new password is taken for a good one. */
const anyLink: Weakness = through(() => ({
  request: (_, request, path) =>
    request.method === "POST" && path.startsWith("/login/reset/")
      ? new Response(null, { status: 303 })
      : request,
}));

const twice: Attack = {
  name: "a link to a new password is used a second time",
  async run(world) {
    using from = new Elsewhere(81);
    const somebody = await forgetful(world, from);
    const link = await somebody.link();
    if (!await somebody.use(link, NEW)) throw new Error("It did not work once");
    return succeededIf(await somebody.use(link, OTHER), "it was taken");
  },
  undone: anyLink,
};

const older: Attack = {
  name: "a link to a new password, after another one was used",
  async run(world) {
    using from = new Elsewhere(82);
    const somebody = await forgetful(world, from);
    const [first, second] = [await somebody.link(), await somebody.link()];
    if (!await somebody.use(second, NEW)) throw new Error("It did not work");
    return succeededIf(await somebody.use(first, OTHER), "it was taken");
  },
  undone: anyLink,
};

const atOnce: Attack = {
  name: "a link to a new password is used by four at once",
  async run(world) {
    using from = new Elsewhere(83);
    const somebody = await forgetful(world, from);
    const link = await somebody.link();
    const taken = await Promise.all(
      [NEW, OTHER, `${NEW} away`, `${OTHER} away`].map((password) =>
        somebody.use(link, password)
      ),
    );
    const count = taken.filter(Boolean).length;
    return succeededIf(count !== 1, `${count} of them set a password`);
  },
  undone: anyLink,
};

const session: Attack = {
  name: "a stolen session, after the password was set anew by a link",
  async run(world) {
    using from = new Elsewhere(84);
    const somebody = await forgetful(world, from);
    if (!await somebody.use(await somebody.link(), NEW)) {
      throw new Error("It did not work");
    }
    const email = await openWith(world.web, somebody.cookie);
    return succeededIf(email !== "", "the account is open");
  },
  undone: through((world) => ({
    request(_, request, path) {
      if (request.method === "GET" && path === "/account") {
        request.headers.set("cookie", world.owner.cookie);
      }
      return request;
    },
  })),
};

const pending: Attack = {
  name: "half a sign-in with a password that was set anew meanwhile",
  async run(world) {
    using from = new Elsewhere(85);
    const somebody = await forgetful(world, from);
    const first = await from.send(`${world.web}/api/login`, {
      ...{ email: somebody.email, password: PASSWORD },
    });
    await first.body?.cancel();
    const half = cookiesIn(first);
    if (half === "") throw new Error("There was no half of a sign-in");
    if (!await somebody.use(await somebody.link(), NEW)) {
      throw new Error("It did not work");
    }
    const body = { faceImage: await faceImage() };
    const answer = await from.send(`${world.web}/api/login`, body, half);
    await answer.body?.cancel();
    if (answer.ok) return succeeded("the face finished it");
    const old = await somebody.tries(PASSWORD);
    return succeededIf(old !== 401, `the old password answered ${old}`);
  },
  undone: through(() => ({
    async request(_, request, path) {
      const isFace = path === "/api/login" &&
        (await request.clone().text()).includes("faceImage");
      return isFace ? Response.json({}) : request;
    },
  })),
};

export const resets: Attack[] = [twice, older, atOnce, session, pending];
