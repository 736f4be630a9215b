/** Ways around the second factor: passkeys, recovery codes, steps and sessions (issue 17, 7). */
import { authenticator, type Lie } from "../../accounts/passkeys/testing.ts";
import { sha256 } from "../../accounts/secrets.ts";
import { type Attack, succeeded, succeededIf } from "../attack.ts";
import {
  challenged,
  cookiesIn,
  halfWay,
  type Holder,
  holdersIn,
  openedBy,
  openWith,
  sendForm,
} from "../holder.ts";
import { PASSWORD } from "../people.ts";
import { answering, through, type Weakness } from "../weaknesses.ts";
import type { World } from "../world.ts";

/** Whatever ends a sign-in is taken for right. */
const anyProof: Weakness = through((world) => ({
  async request(_, request, path) {
    if (request.method !== "POST" || !path.startsWith("/login")) return request;
    const text = await request.clone().text();
    if (!/(^|&)(passkey|code)=/.test(text)) return request;
    const [{ cookie }] = await holdersIn(world);
    const headers = { location: "/rooms", "set-cookie": cookie };
    return new Response(null, { status: 303, headers });
  },
}));

/** Any cookie is taken for that of the one attacked. */
const anyCookie: Weakness = through((world) => ({
  async request(_, request, path) {
    if (request.method === "GET" && path.startsWith("/account")) {
      request.headers.set("cookie", (await holdersIn(world))[0].cookie);
    }
    return request;
  },
}));

const whose = (email: string, { email: attacked }: Holder) =>
  succeededIf(email === attacked, "the account is open");

/** Signs in with a passkey alone, and a lie. */
async function alone(
  world: World,
  { key }: Holder,
  lie: Lie = {},
): Promise<Response> {
  const { options, cookie } = await challenged(world, "sign-in");
  const passkey = await key.get(options, lie);
  return await sendForm(world, "/login", { passkey }, cookie);
}

const LIES: [string, Lie][] = [
  ["at another origin", { origin: "https://chat.evil.example" }],
  ["for another host", { rpId: "evil.example" }],
  ["in a frame of another site", { crossOrigin: true }],
  ["without making sure of the person", { unverified: true }],
  ["to a challenge the attacker made up", { challenge: "A".repeat(43) }],
  ["by a copy, whose counter is behind", { counter: 1 }],
  ["with a signature of something else", { forged: true }],
];

const lies = LIES.map(([what, lie]): Attack => ({
  name: `a passkey alone signs in ${what}`,
  async run(world) {
    const [holder] = await holdersIn(world);
    return whose(
      await openedBy(world, await alone(world, holder, lie)),
      holder,
    );
  },
  undone: anyProof,
}));

const replayed: Attack = {
  name: "what a passkey answered is sent once more",
  async run(world) {
    const [holder] = await holdersIn(world);
    const { options, cookie } = await challenged(world, "sign-in");
    const passkey = await holder.key.get(options);
    const first = await sendForm(world, "/login", { passkey }, cookie);
    if (await openedBy(world, first) !== holder.email) {
      throw new Error("It did not even work once");
    }
    const again = await sendForm(world, "/login", { passkey }, cookie);
    return whose(await openedBy(world, again), holder);
  },
  undone: anyProof,
};

const overheard: Attack = {
  name: "what a passkey answered in one browser is sent from another",
  async run(world) {
    const [holder] = await holdersIn(world);
    const theirs = await challenged(world, "sign-in");
    const own = await challenged(world, "sign-in");
    const passkey = await holder.key.get(theirs.options);
    const sent = await sendForm(world, "/login", { passkey }, own.cookie);
    return whose(await openedBy(world, sent), holder);
  },
  undone: anyProof,
};

const confused: Attack = {
  name: "a challenge for the second step is answered as a sign-in alone",
  async run(world) {
    const [holder] = await holdersIn(world);
    const half = await halfWay(world, holder);
    const { options } = await challenged(world, "second-step", half);
    const own = await challenged(world, "sign-in");
    const passkey = await holder.key.get(options);
    const cookie = `${own.cookie}; ${half}`;
    const sent = await sendForm(world, "/login", { passkey }, cookie);
    return whose(await openedBy(world, sent), holder);
  },
  undone: anyProof,
};

const another: Attack = {
  name: "the password of one account and the passkey of another",
  async run(world) {
    const [holder, mallory] = await holdersIn(world);
    const half = await halfWay(world, holder);
    for (const lie of [{}, { id: holder.key.id }, { userHandle: "" }]) {
      const { options } = await challenged(world, "second-step", half);
      const passkey = await mallory.key.get(options, lie);
      const sent = await sendForm(world, "/login/passkey", { passkey }, half);
      const email = await openedBy(world, sent);
      if (email === holder.email) return succeeded("the account is open");
    }
    return whose("", holder);
  },
  undone: anyProof,
};

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

const added: Attack = {
  name: "whoever knows the password adds a passkey before the second step",
  async run(world) {
    const [holder] = await holdersIn(world);
    const half = await halfWay(world, holder);
    const { options } = await challenged(world, "sign-up", half);
    return succeededIf("challenge" in options, "a challenge was given");
  },
  undone: through(() => ({
    request: (_, request, path) =>
      path === "/passkey"
        ? Response.json({ challenge: "", user: { id: "" } })
        : request,
  })),
};

const unasked: Attack = {
  name: "a session that was left open adds a passkey without the password",
  async run(world) {
    const [holder] = await holdersIn(world);
    const key = await authenticator(world.appUrl);
    const { options } = await challenged(world, "add", holder.cookie, "guess");
    // Then with a challenge for something else.
    const own = await challenged(world, "sign-in", holder.cookie);
    const form = { intent: "add", name: "Mine" };
    for (const { challenge = "" } of [options, own.options]) {
      const passkey = key.create({ ...own.options, challenge });
      const fields = { ...form, passkey };
      const sent = await sendForm(
        world,
        "/account/passkeys",
        fields,
        holder.cookie,
      );
      await sent.body?.cancel();
      if (sent.status === 303) return succeeded("a passkey was added");
    }
    return whose("", holder);
  },
  undone: through(() => ({
    request: (_, request, path) =>
      path === "/account/passkeys"
        ? new Response(null, { status: 303, headers: { location: path } })
        : request,
  })),
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

const together: Attack = {
  name: "what a passkey answered is sent four times at once",
  async run(world) {
    const [holder] = await holdersIn(world);
    const { options, cookie } = await challenged(world, "sign-in");
    const passkey = await holder.key.get(options);
    const opened = await Promise.all(Array.from({ length: 4 }, async () => {
      const sent = await sendForm(world, "/login", { passkey }, cookie);
      return await openedBy(world, sent);
    }));
    const count = opened.filter((email) => email === holder.email).length;
    return succeededIf(count !== 1, `${count} sessions were given`);
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

const told: Attack = {
  name: "the sign-in page tells a stranger who has a passkey",
  async run(world) {
    const [holder] = await holdersIn(world);
    const addresses = [
      holder.email,
      world.member.email,
      "nobody@attacks.test",
    ];
    const answers = await Promise.all(addresses.map(async (email) => {
      const form = { email, password: "not the password" };
      const sent = await sendForm(world, "/login", form);
      const html = (await sent.text()).replaceAll(email, "")
        .replace(/(nonce|value)="[^"]*"/g, "");
      const { options } = await challenged(world, "sign-in");
      const asked = JSON.stringify({ ...options, challenge: "" });
      return `${sent.status} ${cookiesIn(sent)} ${html} ${asked}`;
    }));
    const kinds = new Set(answers).size;
    return succeededIf(kinds > 1, `${kinds} different answers`);
  },
  undone: through((world) => ({
    async request(_, request, path) {
      if (request.method !== "POST" || path !== "/login") return request;
      const [{ email }] = await holdersIn(world);
      const has = (await request.clone().text()).includes(
        encodeURIComponent(email),
      );
      return has ? new Response("Use your passkey", { status: 401 }) : request;
    },
  })),
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
    const there = cookiesIn(await alone(world, holder));
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
  ...lies,
  replayed,
  together,
  overheard,
  confused,
  another,
  skipped,
  wrongFirst,
  added,
  unasked,
  twice,
  fourTimes,
  guessed,
  told,
  fixed,
  stolen,
  foreign,
];
