/** What answers tell by the time until they come (issue 13, 19). */
import { type Attack, succeededIf } from "../attack.ts";
import { Elsewhere } from "../elsewhere.ts";
import { encodeJpeg } from "../../faces/codec.ts";
import type { Picture } from "../../faces/picture.ts";
import { pictureOf } from "../../faces/test-photos.ts";
import { cookiesIn } from "../holder.ts";
import { confirmAddress, PASSWORD, registerAt } from "../people.ts";
import { through } from "../weaknesses.ts";
import type { World } from "../world.ts";

/**
 * The share of pairs in which one of the first takes longer than one of the second (the area under
 * the curve, Mann and Whitney 1947): a half tells nothing.
 */
function areaOf(first: number[], second: number[]): number {
  let larger = 0;
  for (const a of first) {
    for (const b of second) larger += a > b ? 1 : a === b ? 0.5 : 0;
  }
  return larger / (first.length * second.length);
}

/** How far from a half is more than chance: four standard errors of 120 pairs. */
const MOST = 0.15;
/** People with an account, and as many addresses without one. */
const PEOPLE = 12;
/** The questions about each, half of them about people; each address is asked about ten times. */
const PAIRS = 120;
/** Questions from one address of this machine: a network may ask about thirty resets in an hour. */
const FROM_ONE = 28;

const people = new Map<string, Promise<string[]>>();

/** The addresses of people who are made for this, once for a world. */
function peopleOf(world: World): Promise<string[]> {
  const make = async () => {
    const made: string[] = [];
    for (let i = 0; i < PEOPLE; i++) {
      const name = `Timed-${crypto.randomUUID().slice(0, 8)}`;
      const person = await registerAt(world.web, name);
      await confirmAddress({ ...world, web: world.appUrl }, person);
      made.push(person.email);
    }
    return made;
  };
  const known = people.get(world.dataDir) ?? make();
  people.set(world.dataDir, known);
  return known;
}

type Ask = (from: Elsewhere, world: World, email: string) => Promise<Response>;

/** Asks about people and others in turn; what the times tell of which is which. */
async function areaOfAsking(
  world: World,
  firstFrom: number,
  ask: Ask,
): Promise<number> {
  const known = await peopleOf(world);
  const others = known.map((_, i) => `nobody-${i}-asked-for@attacks.test`);
  const times: [known: number[], others: number[]] = [[], []];
  let asked = 0;
  let from = new Elsewhere(firstFrom);
  for (let i = 0; i < PAIRS; i++) {
    // In an order that does not tell them apart.
    for (const which of Math.random() < 0.5 ? [0, 1] : [1, 0]) {
      if (asked++ % FROM_ONE === 0) {
        from[Symbol.dispose]();
        from = new Elsewhere(firstFrom + Math.floor(asked / FROM_ONE));
        // The first request opens the connection.
        const first = await from.fetch(`${world.web}/healthz`, {});
        await first.body?.cancel();
      }
      const email = [known, others][which][i % PEOPLE];
      const started = performance.now();
      const answer = await ask(from, world, email);
      await answer.body?.cancel();
      times[which].push(performance.now() - started);
      if (answer.status === 429) throw new Error("that was too many");
    }
  }
  from[Symbol.dispose]();
  return areaOf(...times);
}

const FORMS: Record<string, [firstFrom: number, ask: Ask]> = {
  "the reset form": [
    100,
    (from, { web, appUrl }, email) =>
      from.fetch(`${web}/login/forgot`, {
        method: "POST",
        headers: { origin: appUrl },
        body: new URLSearchParams({ email }),
      }),
  ],
  "a sign-in with a wrong password": [
    150,
    (from, { web }, email) =>
      from.send(`${web}/api/login`, { email, password: "a wrong guess" }),
  ],
};

/** Answers at once about an address without an account, and later about one with. */
const telling = through(() => ({
  async request(_, request) {
    const { pathname } = new URL(request.url);
    const status = { "/login/forgot": 303, "/api/login": 401 }[pathname];
    if (request.method !== "POST" || status === undefined) return request;
    const isKnown = /timed-/.test(await request.text());
    await new Promise((done) => setTimeout(done, isKnown ? 25 : 5));
    return new Response(null, { status });
  },
}));

const existence = Object.entries(FORMS)
  .map(([form, [firstFrom, ask]]): Attack => ({
    name: `whether an address has an account, by the time of ${form}`,
    slow: true,
    async run(world) {
      const area = await areaOfAsking(world, firstFrom, ask);
      return succeededIf(
        Math.abs(area - 0.5) > MOST,
        `the area is ${area.toFixed(2)} of ${PAIRS} and ${PAIRS} tries`,
      );
    },
    undone: telling,
  }));

/** Wrong faces that one sign-in takes before it ends. */
const FACES_EACH = 4;
/** Four standard errors of as many of each kind as there are. */
const MOST_OF_FACES = 0.33;

const jpegUrl = async (picture: Picture): Promise<string> =>
  `data:image/jpeg;base64,${(await encodeJpeg(picture)).toBase64()}`;

let strangers: Promise<[near: string, far: string]> | undefined;

/** Two pictures that are refused: one is half the person's, the other nothing of them. */
function strangerPictures(): Promise<[near: string, far: string]> {
  const make = async (): Promise<[string, string]> => {
    const [ada, grace] = [await pictureOf("ada"), await pictureOf("grace")];
    const data = ada.data.map((value, i) => (value + grace.data[i]) / 2);
    return [await jpegUrl({ ...ada, data }), await jpegUrl(grace)];
  };
  return strangers ??= make();
}

const alike: Attack = {
  name: "how alike a face is, by the time until it is refused",
  slow: true,
  async run(world) {
    const pictures = await strangerPictures();
    const times: [near: number[], far: number[]] = [[], []];
    using from = new Elsewhere(200);
    for (const email of await peopleOf(world)) {
      const first = await from.send(`${world.web}/api/login`, {
        ...{ email, password: PASSWORD },
      });
      await first.body?.cancel();
      const cookie = cookiesIn(first);
      for (let i = 0; i < FACES_EACH; i++) {
        // Each kind comes first as often.
        const which = (i + (i >> 1)) % 2;
        const body = { faceImage: pictures[which] };
        const started = performance.now();
        const answer = await from.send(`${world.web}/api/login`, body, cookie);
        await answer.body?.cancel();
        times[which].push(performance.now() - started);
        if (answer.status !== 401) throw new Error(`it was ${answer.status}`);
      }
    }
    const area = areaOf(...times);
    const counts = times.map(({ length }) => length);
    return succeededIf(
      Math.abs(area - 0.5) > MOST_OF_FACES,
      `the area is ${area.toFixed(2)} of ${counts.join(" and ")} tries`,
    );
  },
  undone: through(() => ({
    async request(_, request) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/api/login") return request;
      const text = await request.clone().text();
      if (!text.includes("faceImage")) return request;
      const [near] = await strangerPictures();
      const isNear = text.includes(near);
      await new Promise((done) => setTimeout(done, isNear ? 40 : 5));
      return new Response(null, { status: 401 });
    },
  })),
};

export const timing: Attack[] = [...existence, alike];
