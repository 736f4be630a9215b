/**
 * The liveness check of a sign-in: a second photo, with the head turned to a side the server
 * drew at random. One print, bent, tilted or mirrored, can pass it: see faces/README.md.
 */
import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";
import type { Verdict } from "../faces/engine.ts";
import { FaceError } from "../faces/face-error.ts";
import type { FaceEngine } from "../services.ts";
import { invalid } from "./fields.ts";
import { keys, type Store, untilCommitted } from "./store.ts";

/** The person's own left or right. */
export type Turn = "left" | "right";

/** What a check needs besides KV. */
export interface LivenessSetting {
  config: Pick<Config, "faceLiveness">;
}

/**
 * Degrees up to which a head looks straight ahead, and from which it is turned. What lies between
 * keeps a photo that is only tilted from being both: see faces/README.md.
 */
const STRAIGHT = 12;
const TURNED = 22;
/** Degrees that must lie between the two photos: a portrait turned a little is turned already. */
const TURNED_BY = 18;
/**
 * How much further the nose must lie beside the middle of the face. On heads that are really
 * turned by so much it moves by 0.2 or more in nine of ten; see faces/README.md.
 */
const NOSE_MOVED = 0.15;

const WHY = {
  "other-side":
    "You turned your head the other way. If your phone mirrors selfies, switch that off, or use the camera on this page.",
  "not-turned":
    "You did not turn your head far enough. A third of the way to your shoulder is right.",
  "flat":
    "In the second photo your face looks flat, as on a print. Move your head, not the camera, and turn it a little further.",
  "differs":
    "The two photos do not look like the same person. Be alone in front of the camera.",
};

/** Which photo of an answer is meant, told to whoever took it. */
const PHOTOS = {
  straight: "This is about the photo in which you look straight ahead.",
  turned: "This is about the photo in which you turn your head.",
};

/** What can be wrong with two photos that can both be used. */
export type Flaw = keyof typeof WHY;

/**
 * To which side the head must be turned at this account's next sign-in; null when liveness is
 * off. It stays until an answer was judged: nobody draws again for nothing, not even by signing
 * in anew, until the side is one they have a photo of.
 */
export async function askedTurn(
  s: Store & LivenessSetting,
  accountId: string,
): Promise<Turn | null> {
  if (s.config.faceLiveness === "off") return null;
  const key = keys.turn(accountId);
  return await untilCommitted(async () => {
    const entry = await s.kv.get<Turn>(key);
    if (entry.value !== null) return entry.value;
    const turn = randomTurn();
    const { ok } = await s.kv.atomic().check(entry).set(key, turn).commit();
    return ok ? turn : undefined;
  });
}

/** Draws the side of the next answer, now that one was judged. */
export async function drawTurn(s: Store, accountId: string): Promise<Turn> {
  const turn = randomTurn();
  await s.kv.set(keys.turn(accountId), turn);
  return turn;
}

function randomTurn(): Turn {
  const [byte] = crypto.getRandomValues(new Uint8Array(1));
  return byte % 2 === 0 ? "left" : "right";
}

/**
 * The second photo, when one is needed.
 *
 * @throws {AppError} `invalid` (422) when it is missing.
 */
export function requireTurned(
  turned: Uint8Array | undefined,
  turn: Turn,
): Uint8Array {
  if (turned !== undefined) return turned;
  throw invalid({
    selfie:
      `We need two photos: first look straight ahead, then turn your head to your ${turn}.`,
  });
}

/**
 * What is wrong with the second photo, given what the engine said of the first; null when it shows
 * the same head, turned as asked. Nothing is judged before both photos can be used.
 *
 * @throws {AppError} `face-turned` (422) when the first does not look straight ahead; what
 * `FaceEngine.verify` throws about the second, which is named.
 */
export async function flawOf(
  faces: FaceEngine,
  turn: Turn,
  straight: Verdict,
  turned: Uint8Array,
): Promise<Flaw | null> {
  if (Math.abs(straight.yaw) > STRAIGHT) {
    throw naming("straight", new FaceError("face-turned"));
  }
  // Compared with the first photo: what a turn changes is enough, without another day and light.
  const { match, unclear, yaw, nose } = await ofPhoto(
    "turned",
    faces.verify(straight.face, turned, "turned"),
  );
  const towards = turn === "left" ? yaw : -yaw;
  if (towards <= -TURNED) return "other-side";
  const before = turn === "left" ? straight.yaw : -straight.yaw;
  if (towards < TURNED || towards - before < TURNED_BY) return "not-turned";
  if (straight.nose !== undefined && nose !== undefined) {
    const moved = nose - straight.nose;
    if ((turn === "left" ? moved : -moved) < NOSE_MOVED) return "flat";
  }
  return match && !unclear ? null : "differs";
}

/** What was wrong, and to which side to turn next. */
export function livenessFailed(flaw: Flaw, next: Turn): AppError {
  const message = `${
    WHY[flaw]
  } Take both photos again, this time with your head turned to your ${next}.`;
  return new AppError({
    code: "liveness-failed",
    status: 401,
    message,
    fields: { selfie: message },
  });
}

/**
 * What an engine says of one of the two photos.
 *
 * @throws {AppError} what the engine throws; a photo that it refuses is named.
 */
export async function ofPhoto(
  which: keyof typeof PHOTOS,
  call: Promise<Verdict>,
): Promise<Verdict> {
  try {
    return await call;
  } catch (error) {
    const isOfPhoto = error instanceof FaceError &&
      error.code !== "face-missing";
    throw isOfPhoto ? naming(which, error) : error;
  }
}

function naming(which: keyof typeof PHOTOS, cause: FaceError): AppError {
  const { code, status } = cause;
  const message = `${cause.message} ${PHOTOS[which]}`;
  return new AppError({ code, status, message, cause });
}
