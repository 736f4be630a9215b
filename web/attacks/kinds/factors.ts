/** Ways around the steps of signing in: recovery codes and sessions (issue 17, 7). */
import { sha256 } from "../../accounts/secrets.ts";
import { type Attack, succeeded, succeededIf } from "../attack.ts";
import {
  challenged,
  cookiesIn,
  halfWay,
  holdersIn,
  openedBy,
  openWith,
  sendForm,
  signInAlone,
  whose,
} from "../holder.ts";
import { PASSWORD } from "../people.ts";
import { anyCookie, anyProof } from "../weak-sign-ins.ts";
import { answering, through } from "../weaknesses.ts";

const skipped: Attack = {
  name: "the second step is left out, with the cookie of the first",
  async run(world) {
    const [holder] = await holdersIn(world);
    const half = await halfWay(world, holder);
    const token = half.split("=")[1];
    for (const cookie of [half, `chatsphere_session=${token}`]) {
      const email = await openWith(world.web, cookie);
      if (email === holder.email) return succeeded("the account is open");
    }
    return whose("", holder);
  },
  undone: anyCookie,
};

const twice: Attack = {
  name: "a recovery code is used a second time",
  async run(world) {
    const [holder] = await holdersIn(world);
    const code = holder.codes.pop() ?? "";
    const use = async () => {
      const half = await halfWay(world, holder);
      const sent = await sendForm(world, "/login/recovery", { code }, half);
      return await openedBy(world, sent);
    };
    if (await use() !== holder.email) throw new Error("It did not work once");
    return whose(await use(), holder);
  },
  undone: anyProof,
};

const fourTimes: Attack = {
  name: "one recovery code, in four sign-ins at once",
  async run(world) {
    const [holder] = await holdersIn(world);
    const code = holder.codes.pop() ?? "";
    const halves: string[] = [];
    for (let i = 0; i < 4; i++) halves.push(await halfWay(world, holder));
    const opened = await Promise.all(halves.map(async (half) => {
      const sent = await sendForm(world, "/login/recovery", { code }, half);
      return await openedBy(world, sent);
    }));
    const count = opened.filter((email) => email === holder.email).length;
    return succeededIf(count !== 1, `${count} of them are in`);
  },
  undone: anyProof,
};

/** Wrong codes one sign-in takes, and then some. */
const GUESSES = 12;

const guessed: Attack = {
  name: "recovery codes are guessed in one sign-in",
  async run(world) {
    const [, mallory] = await holdersIn(world);
    const half = await halfWay(world, mallory);
    let taken = 0;
    for (let i = 0; i < GUESSES; i++) {
      const code = `GUESS-${i}`;
      const sent = await sendForm(world, "/login/recovery", { code }, half);
      await sent.body?.cancel();
      if (sent.status === 401) taken++;
    }
    return succeededIf(taken > 5, `${taken} guesses were taken`);
  },
  undone: answering((request) =>
    new Response(null, {
      status: request.url.endsWith("/recovery") ? 401 : 303,
    })
  ),
};

const fixed: Attack = {
  name: "a session chosen by the attacker is that of whoever signs in with it",
  async run(world) {
    const [holder] = await holdersIn(world);
    const chosen = `chatsphere_session=${"F".repeat(43)}`;
    const { options, cookie } = await challenged(world, "sign-in", chosen);
    const passkey = await holder.key.get(options);
    const both = `${cookie}; ${chosen}`;
    const sent = await sendForm(world, "/login", { passkey }, both);
    await sent.body?.cancel();
    return whose(await openWith(world.web, chosen), holder);
  },
  undone: anyCookie,
};

const stolen: Attack = {
  name: "a session is used after its person signed that device out",
  async run(world) {
    const [holder] = await holdersIn(world);
    const there = cookiesIn(await signInAlone(world, holder));
    const token = /chatsphere_session=([^;]+)/.exec(there)?.[1] ?? "";
    if (token === "") throw new Error("There was no session to steal");
    const fields = { intent: "one", id: await sha256(token) };
    const ended = await sendForm(
      world,
      "/account/sessions",
      fields,
      holder.cookie,
    );
    await ended.body?.cancel();
    return whose(
      await openWith(world.web, `chatsphere_session=${token}`),
      holder,
    );
  },
  undone: anyCookie,
};

const foreign: Attack = {
  name: "somebody signs another person's device out",
  async run(world) {
    const [holder, mallory] = await holdersIn(world);
    const token = holder.cookie.split("=")[1];
    const fields = { intent: "one", id: await sha256(token) };
    const sent = await sendForm(
      world,
      "/account/sessions",
      fields,
      mallory.cookie,
    );
    await sent.body?.cancel();
    const isIn = await openWith(world.web, holder.cookie) === holder.email;
    return succeededIf(!isIn, "they are signed out");
  },
  undone: through(() => ({
    request: (_, request, path) =>
      request.method === "GET" && path === "/account"
        ? new Response(null, { status: 303 })
        : request,
  })),
};

const wrongFirst: Attack = {
  name: "the second step is taken with a wrong password before it",
  async run(world) {
    const [holder] = await holdersIn(world);
    const fields = { email: holder.email, password: PASSWORD.slice(1) };
    const first = await sendForm(world, "/login", fields);
    await first.body?.cancel();
    const half = cookiesIn(first);
    const { options } = await challenged(world, "second-step", half);
    const { challenge = "" } = options;
    const passkey = await holder.key.get({ ...options, challenge });
    const sent = await sendForm(world, "/login/passkey", { passkey }, half);
    return whose(await openedBy(world, sent), holder);
  },
  undone: anyProof,
};

export const factors: Attack[] = [
  skipped,
  wrongFirst,
  twice,
  fourTimes,
  guessed,
  fixed,
  stolen,
  foreign,
];
