/** FaceMesh: 468 points on a face, and from them how the head is held. */
import * as tf from "@tensorflow/tfjs-core";
import type { FoundFace } from "./detector.ts";
import {
  apply,
  distance,
  inverse,
  middle,
  type Point,
  similarityAt,
  warp,
} from "./geometry.ts";
import type { Models } from "./models.ts";
import type { Picture } from "./picture.ts";

/** A face with its points, in pixels of the picture; angles in degrees. */
export interface Face {
  /** FaceMesh's 468 points. */
  points: Point[];
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Between the middles of the eyes. */
  eyeDistance: number;
  /** Positive: the nose points to the right of the picture. */
  yaw: number;
  /**
   * How far the tip of the nose lies beside the line from between the eyes to the middle of the
   * mouth, as a share of that line; positive: to the right of the picture.
   */
  nose: number;
  /** Positive: the chin is nearer to the camera than when looking straight at it. */
  pitch: number;
  /** Positive: the head is tilted clockwise in the picture. */
  roll: number;
}

/** Corners of the eyes, the one further left in an upright, unmirrored picture first. */
const LEFT_EYE = [33, 133] as const;
const RIGHT_EYE = [362, 263] as const;
const MOUTH = [61, 291] as const;
const NOSE = 1;
const LEFT_CHEEK = 234;
const RIGHT_CHEEK = 454;
const FOREHEAD = 10;
const CHIN = 152;

const SIZE = 192;
/** The network wants some room around the face. */
const MARGIN = 1.5;
const POINTS = 468;
const MIN_CONFIDENCE = 0.5;
/** What the slope from forehead to chin comes to on people who look straight ahead. */
const NEUTRAL_PITCH = 6;

/** The points of a found face; null when on a closer look it is none. */
export async function measureFace(
  { mesh }: Models,
  picture: Picture,
  found: FoundFace,
): Promise<Face | null> {
  const [left, right] = found.eyes;
  const roll = Math.atan2(right[1] - left[1], right[0] - left[0]);
  const scale = SIZE / (found.size * MARGIN);
  const toChip = similarityAt(found.centre, [SIZE / 2, SIZE / 2], scale, -roll);
  const chip = warp(picture, toChip, SIZE);
  const outputs = tf.tidy(() => {
    const pixels = tf.tensor4d(chip, [1, SIZE, SIZE, 3]);
    return mesh.execute(tf.div(pixels, 255)) as tf.Tensor[];
  });
  const confidence = await read(outputs, 1);
  const coordinates = await read(outputs, POINTS * 3);
  tf.dispose(outputs);
  if (confidence[0] < MIN_CONFIDENCE) return null;

  const toPicture = inverse(toChip);
  const points: Point[] = [];
  for (let i = 0; i < POINTS * 3; i += 3) {
    points.push(apply(toPicture, [coordinates[i], coordinates[i + 1]]));
  }
  return {
    points,
    ...bounds(points),
    eyeDistance: distance(eye(points, LEFT_EYE), eye(points, RIGHT_EYE)),
    nose: noseBeside(points),
    yaw: slope(coordinates, LEFT_CHEEK, RIGHT_CHEEK, 0),
    pitch: slope(coordinates, FOREHEAD, CHIN, 1) - NEUTRAL_PITCH,
    roll: degrees(roll),
  };
}

/** The values of the output that has `size` of them. */
async function read(outputs: tf.Tensor[], size: number): Promise<Float32Array> {
  const output = outputs.find((tensor) => tensor.size === size);
  if (!output) throw new Error(`FaceMesh has no output of ${size} values.`);
  return await output.data() as Float32Array;
}

/** How much depth changes from one point to another, against their distance along an axis. */
function slope(xyz: Float32Array, from: number, to: number, axis: 0 | 1) {
  const depth = xyz[to * 3 + 2] - xyz[from * 3 + 2];
  return degrees(Math.atan2(depth, xyz[to * 3 + axis] - xyz[from * 3 + axis]));
}

function degrees(radians: number): number {
  return radians * 180 / Math.PI;
}

function eye(points: Point[], [a, b]: readonly [number, number]): Point {
  return middle(points[a], points[b]);
}

function noseBeside(points: Point[]): number {
  const [x, y] = middle(eye(points, LEFT_EYE), eye(points, RIGHT_EYE));
  const mouth = middle(points[MOUTH[0]], points[MOUTH[1]]);
  const [across, down] = [mouth[0] - x, mouth[1] - y];
  const tip = points[NOSE];
  const aside = (tip[0] - x) * down - (tip[1] - y) * across;
  return aside / (across * across + down * down);
}

function bounds(points: Point[]) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return {
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}
