/** Photos of a face that are none, or of nobody, or too many (issue 13, 5 and 8). */
import { type Attack, held, succeeded, succeededIf } from "../attack.ts";
import { encodeJpeg } from "../../faces/codec.ts";
import { emptyPicture, type Picture } from "../../faces/picture.ts";
import { pictureOf } from "../../faces/test-photos.ts";
import { tiltPhoto } from "../../faces/test-turns.ts";
import { Elsewhere } from "../elsewhere.ts";
import { faceImage, PASSWORD, type Person, sendJson } from "../people.ts";
import { answering, sayingYes, through } from "../weaknesses.ts";
import type { Change } from "../proxy.ts";

const dataUrl = async (picture: Picture): Promise<string> =>
  `data:image/jpeg;base64,${(await encodeJpeg(picture)).toBase64()}`;

/** A wall, on which there is no face. */
const wall = (): Promise<string> => dataUrl(emptyPicture(640, 480));

/** The cookie of a pending login: the password was right. */
async function pendingAt(web: string, { email }: Person): Promise<string> {
  const answer = await sendJson(`${web}/api/login`, {
    email,
    password: PASSWORD,
  });
  await answer.body?.cancel();
  const [cookie = ""] = answer.headers.getSetCookie();
  return cookie.split(";")[0];
}

const CROWD = 14;

const faceless: Attack = {
  name: "one account with fourteen photos of a wall at once",
  async run({ web, outsider }) {
    const cookie = await pendingAt(web, outsider);
    const photo = await wall();
    const statuses = await Promise.all(
      Array.from({ length: CROWD }, async () => {
        const body = { faceImage: photo };
        const answer = await sendJson(`${web}/api/login`, body, cookie);
        await answer.body?.cancel();
        return answer.status;
      }),
    );
    const looked = statuses.filter((status) => status !== 429).length;
    return succeededIf(looked > 5, `${looked} were looked at`);
  },
  undone: answering(() => Response.json({}, { status: 422 })),
};

/** Requests to web are done in the order they come, each after the one before. */
function inOrder(): Change {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request(service, request) {
      if (service !== "web") return request;
      const mine = last.then(() => fetch(request));
      last = mine.catch(() => {});
      return mine;
    },
  };
}

const crowding: Attack = {
  name: "registrations of one network that keep others from signing in",
  slow: true,
  async run({ web, outsider }) {
    const cookie = await pendingAt(web, outsider);
    const [photo, face] = [await wall(), await faceImage()];
    using elsewhere = new Elsewhere(3);
    let answered = 0;
    const registering = Array.from({ length: CROWD }, async () => {
      const answer = await elsewhere.send(`${web}/api/registry`, {
        ...{ name: "Crowd", password: PASSWORD, consent: true },
        email: `crowd-${crypto.randomUUID()}@attacks.test`,
        faceImage: photo,
      });
      await answer.body?.cancel();
      answered++;
    });
    await Promise.race(registering);
    const body = { faceImage: face };
    const answer = await sendJson(`${web}/api/login`, body, cookie);
    await answer.body?.cancel();
    const before = answered;
    await Promise.all(registering);
    if (!answer.ok) return succeeded(`signing in answered ${answer.status}`);
    return succeededIf(
      before > CROWD / 2,
      `${before} of ${CROWD} were answered before the sign-in`,
    );
  },
  undone: through(inOrder),
};

/** The photo mirrored, as by a phone's camera. */
function mirrored({ width, height, data }: Picture): Picture {
  const picture = emptyPicture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + width - 1 - x) * 4;
      picture.data.set(data.subarray(from, from + 4), (y * width + x) * 4);
    }
  }
  return picture;
}

/** The two photos of a sign-in, made of one print and nothing else. */
const PRINTS: Record<string, (print: Picture) => [Picture, Picture]> = {
  "held up twice": (print) => [print, print],
  "held up, and its mirror image": (print) => [print, mirrored(print)],
  "held up, then flat at 20° to the camera": (print) => [
    print,
    tiltPhoto(print, 0.35),
  ],
  "held up, then flat at 20° to the other side": (print) => [
    print,
    tiltPhoto(print, -0.35),
  ],
};

const prints = Object.entries(PRINTS).map(([how, shown]): Attack => ({
  name: `a printed photo of the person, ${how}`,
  async run(world) {
    const { web, first } = await world.strict();
    const photos = await Promise.all(
      shown(await pictureOf("ada")).map(dataUrl),
    );
    const cookie = await pendingAt(web, first);
    const body = { faceImage: photos };
    const answer = await sendJson(`${web}/api/login`, body, cookie);
    const text = await answer.text();
    if (answer.ok) return succeeded("it signs in");
    // Refused for what the print is, and not for something else.
    return /liveness-failed|face-turned/.test(text)
      ? held()
      : succeeded(`it was not looked at: ${text.slice(0, 80)}`);
  },
  undone: sayingYes,
  ...(how.includes("20°") ? { slow: true } : {}),
}));

export const photos: Attack[] = [faceless, crowding, ...prints];
