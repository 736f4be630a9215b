/** Frames of a camera, which are looked at before a photo is taken (routes/face-hint.ts). */
import { encodeJpeg } from "../../faces/codec.ts";
import { FRAME_OF } from "../../faces/frame.ts";
import { shrink } from "../../faces/picture.ts";
import { type Person, pictureOf } from "../../faces/test-photos.ts";
import { type Attack, succeeded, succeededIf } from "../attack.ts";
import { Elsewhere } from "../elsewhere.ts";
import { halfWay } from "../holder.ts";
import { faceImage, sendJson } from "../people.ts";
import { answering, through } from "../weaknesses.ts";
import type { World } from "../world.ts";

const framesOf = new Map<Person, Promise<Uint8Array<ArrayBuffer>>>();

function frameOf(person: Person): Promise<Uint8Array<ArrayBuffer>> {
  return framesOf.getOrInsertComputed(person, async () => {
    const picture = await pictureOf(person);
    const side = Math.ceil(picture.width / FRAME_OF);
    return new Uint8Array(await encodeJpeg(shrink(picture, side)));
  });
}

const send = (
  { web, appUrl }: World,
  body: Uint8Array<ArrayBuffer>,
  cookie: string,
  from: Elsewhere,
): Promise<Response> =>
  from.fetch(`${web}/face-hint`, {
    method: "POST",
    headers: { origin: appUrl, "content-type": "image/jpeg", cookie },
    body,
  });

/** Times a frame is sent until somebody has time for it. */
const TRIES = 20;

const alike: Attack = {
  name: "whose face it is, by the hint before a photo",
  async run(world) {
    using from = new Elsewhere(61);
    const cookie = await halfWay(world, world.outsider);
    const told: string[] = [];
    for (const person of ["ada", "grace"] as const) {
      let said: string | undefined;
      for (let i = 0; i < TRIES && said === undefined; i++) {
        const answer = await send(world, await frameOf(person), cookie, from);
        const text = await answer.text();
        if (answer.status === 204) continue;
        const cookies = answer.headers.getSetCookie();
        said = `${answer.status} ${text} ${cookies}`;
      }
      if (!said?.startsWith("200")) {
        return succeeded(`it was not told: ${said}`);
      }
      told.push(said);
    }
    return succeededIf(told[0] !== told[1], told.join(" | "));
  },
  undone: through(() => ({
    async request(_, request, path) {
      if (path !== "/face-hint") return request;
      const { length } = await request.bytes();
      const isTheirs = length === (await frameOf("ada")).length;
      return new Response(isTheirs ? "" : "This is somebody else.");
    },
  })),
};

const MANY = 150;

const crowd: Attack = {
  name:
    "150 frames of a camera at once, which keep photos from being looked at",
  async run(world) {
    using from = new Elsewhere(62);
    const cookie = await halfWay(world, world.outsider);
    const frame = await frameOf("grace");
    const frames = Promise.all(
      Array.from({ length: MANY }, async () => {
        const answer = await send(world, frame, "", from);
        await answer.body?.cancel();
        return answer.status;
      }),
    );
    const body = { faceImage: await faceImage() };
    const signedIn = await sendJson(`${world.web}/api/login`, body, cookie);
    await signedIn.body?.cancel();
    const looked = (await frames).filter((status) => status === 200).length;
    if (!signedIn.ok) return succeeded(`signing in: ${signedIn.status}`);
    return succeededIf(looked > MANY / 3, `${looked} were looked at`);
  },
  undone: answering(() => new Response("")),
};

export const hints: Attack[] = [alike, crowd];
