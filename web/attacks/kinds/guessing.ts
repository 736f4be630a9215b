/** Guessing passwords, and keeping their owners out by it (issue 13, 16 and 22). */
import { type Attack, succeededIf } from "../attack.ts";
import { Elsewhere } from "../elsewhere.ts";
import { PASSWORD, registerAt } from "../people.ts";
import { answering, through } from "../weaknesses.ts";

const unique = () => crypto.randomUUID().slice(0, 8);

const statusOf = async (answer: Response): Promise<number> => {
  await answer.body?.cancel();
  return answer.status;
};

/** What an attacker writes to look like many. */
const SAID: Record<string, (i: number) => Record<string, string>> = {
  "X-Forwarded-For": (i) => ({ "x-forwarded-for": `203.0.113.${i}` }),
  "Forwarded": (i) => ({ forwarded: `for=203.0.113.${i}` }),
  "X-Real-IP": (i) => ({ "x-real-ip": `203.0.113.${i}` }),
};

const TRIES = 12;

const spoofed = Object.entries(SAID).flatMap(([header, said]) =>
  (["usual", "strict"] as const).map((which): Attack => ({
    name: `guessing from ever new addresses, as ${header} says${
      which === "strict" ? ", past a proxy that is not ours" : ""
    }`,
    async run(world) {
      const { web } = which === "strict" ? await world.strict() : world;
      const email = `guessed-${unique()}@attacks.test`;
      // The limit on all guesses of a network is for others, too.
      using elsewhere = new Elsewhere(20 + Object.keys(SAID).indexOf(header));
      let tried = 0;
      for (let i = 0; i < TRIES; i++) {
        const answer = await elsewhere.fetch(`${web}/api/login`, {
          method: "POST",
          headers: { "content-type": "application/json", ...said(i) },
          body: JSON.stringify({ email, password: `guess ${i}` }),
        });
        if (await statusOf(answer) === 401) tried++;
      }
      return succeededIf(tried > 10, `${tried} guesses were taken`);
    },
    undone: answering(() => Response.json({}, { status: 401 })),
    ...(header === "X-Forwarded-For" ? {} : { slow: true }),
  }))
);

const PLACES = 12;

const lockout: Attack = {
  name: "wrong passwords from twelve addresses lock the right person out",
  slow: true,
  async run(world) {
    const { email } = await registerAt(world.web, `Locked-${unique()}`);
    const url = `${world.web}/api/login`;
    await Promise.all(Array.from({ length: PLACES }, async (_, place) => {
      using elsewhere = new Elsewhere(40 + place);
      for (let i = 0; i < 10; i++) {
        const body = { email, password: `guess ${i}` };
        await statusOf(await elsewhere.send(url, body));
      }
    }));
    using home = new Elsewhere(60);
    const body = { email, password: PASSWORD };
    const status = await statusOf(await home.send(url, body));
    return succeededIf(status !== 200 && status !== 202, `answered ${status}`);
  },
  undone: through(() => ({
    request: (_, request) =>
      request.url.endsWith("/api/login")
        ? Response.json({}, { status: 429 })
        : request,
  })),
};

export const guessing: Attack[] = [...spoofed, lockout];
