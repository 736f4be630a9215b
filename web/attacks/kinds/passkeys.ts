/** Ways around passkeys: lies, answers of another time or place, and passkeys nobody asked for (issue 17, 7). */
import { authenticator, type Lie } from "../../accounts/passkeys/testing.ts";
import { type Attack, succeeded, succeededIf } from "../attack.ts";
import {
  challenged,
  cookiesIn,
  halfWay,
  holdersIn,
  openedBy,
  sendForm,
  signInAlone,
  whose,
} from "../holder.ts";
import { anyProof } from "../weak-sign-ins.ts";
import { through } from "../weaknesses.ts";

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
      await openedBy(world, await signInAlone(world, holder, lie)),
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

export const passkeys: Attack[] = [
  ...lies,
  replayed,
  together,
  overheard,
  confused,
  another,
  added,
  unasked,
  told,
];
