/** The turn of the head that a sign-in asks for, where FACE_LIVENESS is on (issue 17, 7). Prints: photos.ts. */
import { selfieOf } from "../../faces/test-photos.ts";
import { type Attack, held, succeeded, succeededIf } from "../attack.ts";
import { PASSWORD, sendJson } from "../people.ts";
import { saying, sayingYes, through } from "../weaknesses.ts";
import type { Strict } from "../world.ts";

type Side = "left" | "right";

/** The cookie of a sign-in whose password was right. */
async function halfIn({ web, first }: Strict): Promise<string> {
  const { email } = first;
  const body = { email, password: PASSWORD };
  const answer = await sendJson(`${web}/api/login`, body);
  await answer.body?.cancel();
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

/** The side to which the page asks to turn. */
async function askedOf({ web }: Strict, cookie: string): Promise<Side> {
  const answer = await fetch(`${web}/login/face`, { headers: { cookie } });
  const side = /Head turned to your (left|right)/
    .exec((await answer.text()).replaceAll(/<!--.*?-->/g, ""))?.[1];
  if (side === "left" || side === "right") return side;
  throw new Error(`No side is asked for: ${answer.status}`);
}

const dataUrl = (jpeg: Uint8Array) =>
  `data:image/jpeg;base64,${jpeg.toBase64()}`;

/** What a sign-in with these photos says; empty: it is in. */
async function signIn(
  { web }: Strict,
  cookie: string,
  photos: Uint8Array[],
): Promise<string> {
  const body = { faceImage: photos.map(dataUrl) };
  const answer = await sendJson(`${web}/api/login`, body, cookie);
  const text = await answer.text();
  return answer.ok ? "" : text;
}

const judged = (text: string, because: string) =>
  text === ""
    ? succeeded("it signs in")
    : text.includes(because)
    ? held()
    : succeeded(`it was refused for something else: ${text.slice(0, 80)}`);

const left: Attack = {
  name: "a face challenge is left out: one photo where two are asked for",
  async run(world) {
    const strict = await world.strict();
    const cookie = await halfIn(strict);
    const text = await signIn(strict, cookie, [await selfieOf("ada")]);
    return judged(text, "two photos");
  },
  undone: sayingYes,
};

const otherSide: Attack = {
  name: "a face challenge is answered with the head turned to the other side",
  async run(world) {
    const strict = await world.strict();
    const cookie = await halfIn(strict);
    const asked = await askedOf(strict, cookie);
    const other = asked === "left" ? "right" : "left";
    const photos = await Promise.all([
      selfieOf("ada", "second"),
      selfieOf("ada", other),
    ]);
    return judged(await signIn(strict, cookie, photos), "liveness-failed");
  },
  undone: through(() => ({
    async request(_, request, path) {
      const isFace = path === "/api/login" &&
        (await request.clone().text()).includes("faceImage");
      return isFace ? Response.json({}) : request;
    },
  })),
};

const AGAIN = 12;
let shown = 0;

const drawn: Attack = {
  name: "a face challenge is drawn anew by signing in again, until it suits",
  async run(world) {
    const strict = await world.strict();
    const sides = new Set<Side>();
    for (let i = 0; i < AGAIN; i++) {
      sides.add(await askedOf(strict, await halfIn(strict)));
    }
    return succeededIf(sides.size > 1, "both sides were asked for");
  },
  undone: saying((text) => {
    const side = shown++ % 2 ? "left" : "right";
    return text.replaceAll(/\b(left|right)\b/g, side);
  }),
};

export const liveness: Attack[] = [left, otherSide, drawn];
