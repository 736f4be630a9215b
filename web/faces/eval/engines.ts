/** The engine that a server with this environment would have, measured on labelled photos. */
import type { Env } from "../../env.ts";
import { type AwsConfig, readAws } from "../aws-config.ts";
import { describePhoto } from "../describe.ts";
import { FaceError } from "../face-error.ts";
import { CLEAR, UNCLEAR } from "../local.ts";
import { loadModels } from "../models.ts";
import { rekognitionEngine } from "../rekognition.ts";
import { describedPairs, type Pair, somePairs } from "./pairs.ts";
import { type Photos, type Progress, readPhotos } from "./photos.ts";

/** A distance up to which photos match, and what that does. */
export interface Threshold {
  does: string;
  distance: number;
}

export interface Measured {
  engine: string;
  photos: Photos;
  /** Each comparison that was made; it may be gone through more than once. */
  pairs: Iterable<Pair>;
  /** The first opens an account. */
  thresholds: Threshold[];
}

export interface MeasureOptions {
  /** Most comparisons of each kind on an engine that charges for them. */
  most: number;
  progress?: Progress;
}

/**
 * Measures the configured engine: Rekognition where AWS's variables are set, else the local one.
 * @throws ConfigError naming a variable that is missing or malformed
 * @throws AppError 503 when Rekognition fails: half a measurement is none
 */
export async function measure(
  env: Env,
  folder: string,
  { most, progress }: MeasureOptions,
): Promise<Measured> {
  const aws = readAws(env);
  return aws
    ? await onRekognition(aws, folder, most, progress)
    : await onThisMachine(folder, progress);
}

async function onThisMachine(
  folder: string,
  progress?: Progress,
): Promise<Measured> {
  const models = await loadModels();
  const photos = await readPhotos(
    folder,
    (jpeg) => describePhoto(models, jpeg, "enrol"),
    progress,
  );
  return {
    engine: "local engine",
    photos,
    pairs: { [Symbol.iterator]: () => describedPairs(photos.usable) },
    thresholds: [
      { does: "clear, which opens the account", distance: CLEAR },
      { does: "unclear, which needs an e-mail code too", distance: UNCLEAR },
    ],
  };
}

/** What Rekognition calls this alike or less has nothing in common: per cent. */
const NOTHING = 100;

/**
 * As a sign-in asks it, but for how alike, whatever that is: its distance is what is missing to 100 %.
 * A live photo that a sign-in refuses matches nobody.
 */
async function onRekognition(
  aws: AwsConfig,
  folder: string,
  most: number,
  progress?: Progress,
): Promise<Measured> {
  const engine = rekognitionEngine({ ...aws, matchThreshold: 0 });
  try {
    const photos = await readPhotos(folder, async (jpeg) => {
      const { template } = await engine.enrol([jpeg]);
      return { template };
    }, progress);
    const wanted = somePairs(photos.usable, most);
    const pairs: Pair[] = [];
    for (const [i, [a, b]] of wanted.entries()) {
      progress?.(i, wanted.length);
      const selfie = () => Deno.readFile(a.file);
      const { template } = a;
      const live = await Deno.readFile(b.file);
      const distance = await engine.verify({ template, selfie }, live)
        .then((verdict) => verdict.distance ?? NOTHING, (error) => {
          if (error instanceof FaceError) return NOTHING;
          throw error;
        });
      pairs.push([a, b, distance]);
    }
    const { matchThreshold } = aws;
    const does =
      `${matchThreshold} % alike and more, which opens the account: per cent that are missing`;
    const distance = 100 - matchThreshold;
    return {
      engine: "Rekognition",
      photos,
      pairs,
      thresholds: [{ does, distance }],
    };
  } finally {
    await engine.close();
  }
}
