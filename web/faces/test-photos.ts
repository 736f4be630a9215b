/**
 * Faces for tests: crops of the demo photos that come with @vladmandic/face-api, so
 * that no portrait has to be kept in this repository.
 */
import { join } from "node:path";
import { decodeJpeg, encodeJpeg } from "./codec.ts";
import { type Point, similarityAt, warp } from "./geometry.ts";
import { packageFolder } from "./packages.ts";
import { emptyPicture, type Picture } from "./picture.ts";
import { turnHead } from "./test-turns.ts";

export type Person = "ada" | "grace";

/**
 * "front" looks at the camera, "second" is another picture of the same person (of Ada
 * another photo, of Grace the same one, darker and tilted), "turned" has the head turned the
 * other way. "left" and "right" have it turned as a liveness check asks, to the person's own
 * left or right, made of "front".
 */
export type Variant = "front" | "second" | "turned" | "left" | "right";

/** A piece of a demo photo. */
export interface Crop {
  /** Which demo photo. */
  sample: number;
  /** The point of the photo in the middle of the crop. */
  at: Point;
  /** Radians to turn the photo by, clockwise. */
  turn?: number;
  scale?: number;
  mirrored?: boolean;
  /** Radians to turn the head in the middle by, to the person's own left. */
  aside?: number;
  /** Brightness factor. */
  light?: number;
}

const CROPS: Record<Person, Record<Variant, Crop>> = {
  ada: {
    front: { sample: 3, at: [1190, 370] },
    second: { sample: 1, at: [1570, 330], turn: -0.75 },
    turned: { sample: 3, at: [1190, 370], mirrored: true },
    left: { sample: 3, at: [1190, 370], mirrored: true, aside: 0.55 },
    right: { sample: 3, at: [1190, 370], aside: -0.55 },
  },
  grace: {
    front: { sample: 6, at: [1650, 420], scale: 1.25 },
    second: { sample: 6, at: [1650, 430], scale: 1.25, turn: -0.2, light: 0.8 },
    turned: { sample: 6, at: [1650, 420], scale: 1.25, mirrored: true },
    left: {
      sample: 6,
      at: [1585, 420],
      scale: 1.25,
      mirrored: true,
      aside: 0.65,
    },
    right: { sample: 6, at: [1585, 420], scale: 1.25, aside: -0.65 },
  },
};

const WIDTH = 640;
const HEIGHT = 480;

/** A selfie as a 640 × 480 baseline JPEG of about 50 kB. */
export function selfieOf(
  person: Person,
  variant: Variant = "front",
): Promise<Uint8Array> {
  return photo(CROPS[person][variant]);
}

/** A selfie's pixels, 640 × 480. */
export function pictureOf(
  person: Person,
  variant: Variant = "front",
): Promise<Picture> {
  return crop(CROPS[person][variant]);
}

/** Any 640 × 480 crop of the demo photos as a JPEG. */
export async function photo(of: Crop): Promise<Uint8Array> {
  return await encodeJpeg(await crop(of));
}

/**
 * A short clip of a person in front of a camera, as motion JPEG for Chromium's
 * `--use-file-for-fake-video-capture=x.mjpeg`, which plays it over and over.
 */
export async function frames(
  person: Person,
  variant: Variant = "front",
): Promise<Uint8Array> {
  const still = CROPS[person][variant];
  const drift = [0, 1, 2, 3, 2, 1];
  const jpegs: Uint8Array[] = [];
  for (const shift of drift) {
    const at: Point = [still.at[0] + shift, still.at[1]];
    jpegs.push(await photo({ ...still, at }));
  }
  return new Uint8Array(await new Blob(jpegs as BlobPart[]).arrayBuffer());
}

async function crop(
  { sample, at, turn = 0, scale = 1, mirrored = false, aside = 0, light = 1 }:
    Crop,
): Promise<Picture> {
  const photo = await samplePhoto(sample);
  const m = similarityAt(at, [WIDTH / 2, HEIGHT / 2], scale, turn);
  const chip = warp(photo, m, WIDTH, HEIGHT);
  const picture = emptyPicture(WIDTH, HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const from = (y * WIDTH + (mirrored ? WIDTH - 1 - x : x)) * 3;
      const to = (y * WIDTH + x) * 4;
      for (let channel = 0; channel < 3; channel++) {
        picture.data[to + channel] = chip[from + channel] * light;
      }
      picture.data[to + 3] = 255;
    }
  }
  return aside === 0 ? picture : turnHead(picture, aside);
}

const samples = new Map<number, Promise<Picture>>();

function samplePhoto(number: number): Promise<Picture> {
  let photo = samples.get(number);
  if (!photo) {
    const folder = join(packageFolder("@vladmandic/face-api"), "demo");
    photo = Deno.readFile(join(folder, `sample${number}.jpg`)).then(decodeJpeg);
    samples.set(number, photo);
  }
  return photo;
}
