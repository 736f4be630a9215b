/** BlazeFace: where the faces in a picture are, roughly. */
import * as tf from "@tensorflow/tfjs-core";
import {
  apply,
  inverse,
  type Point,
  type Similarity,
  similarityAt,
  warp,
} from "./geometry.ts";
import type { Models } from "./models.ts";
import type { Picture } from "./picture.ts";

/** A face as the detector saw it, in pixels of the picture. */
export interface FoundFace {
  /** 0 to 1. */
  score: number;
  centre: Point;
  /** The longer side of the box around it. */
  size: number;
  /** The eye further left in the picture, then the other. */
  eyes: [Point, Point];
}

/** An upright rectangle in pixels of the picture. */
export interface Outline {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface Box extends FoundFace, Outline {}

const SIZE = 256;
/** Per anchor: score, centre, width and height, six key points. */
const COLUMNS = 17;
/** Below about this, boxes lie on clothes. */
const MIN_SCORE = 0.35;
const MAX_OVERLAP = 0.3;
/** Share of the smaller of two outlines that may lie in the other. */
const MAX_SHARED = 0.5;
const MAX_FACES = 5;

const ANCHORS = makeAnchors();

/** The faces of a picture, surest first, at most five. */
export async function findFaces(
  { detector }: Models,
  picture: Picture,
): Promise<FoundFace[]> {
  const centre: Point = [picture.width / 2, picture.height / 2];
  const scale = SIZE / Math.max(picture.width, picture.height);
  const toChip = similarityAt(centre, [SIZE / 2, SIZE / 2], scale, 0);
  const chip = warp(picture, toChip, SIZE);
  const output = tf.tidy(() => {
    const pixels = tf.tensor4d(chip, [1, SIZE, SIZE, 3]);
    const outputs = detector.execute(tf.sub(tf.div(pixels, 127.5), 1));
    return joinOutputs(outputs as tf.Tensor3D[]);
  });
  const rows = await output.data() as Float32Array;
  output.dispose();
  return separate(readBoxes(rows, toChip));
}

/** Scores before boxes, the 16-pixel grid before the 32-pixel one: one row an anchor. */
function joinOutputs(outputs: tf.Tensor3D[]): tf.Tensor {
  const [coarseScores, fineScores, coarseBoxes, fineBoxes] = outputs
    .toSorted((a, b) => a.size - b.size);
  const fine = tf.concat([fineScores, fineBoxes], 2);
  const coarse = tf.concat([coarseScores, coarseBoxes], 2);
  return tf.concat([fine, coarse], 1);
}

function readBoxes(rows: Float32Array, toChip: Similarity): Box[] {
  const toPicture = inverse(toChip);
  const boxes: Box[] = [];
  ANCHORS.forEach(([x, y], i) => {
    const row = rows.subarray(i * COLUMNS, (i + 1) * COLUMNS);
    const score = 1 / (1 + Math.exp(-row[0]));
    if (score < MIN_SCORE) return;
    const point = (at: number) =>
      apply(toPicture, [row[at] + x, row[at + 1] + y]);
    const centre = point(1);
    const width = row[3] * toPicture.a;
    const height = row[4] * toPicture.a;
    boxes.push({
      score,
      centre,
      size: Math.max(width, height),
      eyes: [point(5), point(7)],
      left: centre[0] - width / 2,
      right: centre[0] + width / 2,
      top: centre[1] - height / 2,
      bottom: centre[1] + height / 2,
    });
  });
  return boxes;
}

/** Of boxes that overlap only the surest (non-maximum suppression). */
function separate(boxes: Box[]): Box[] {
  const kept: Box[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    if (kept.length === MAX_FACES) break;
    if (kept.every((other) => overlap(box, other) < MAX_OVERLAP)) {
      kept.push(box);
    }
  }
  return kept;
}

/** Intersection over union. */
function overlap(a: Outline, b: Outline): number {
  const shared = sharedArea(a, b);
  return shared / (area(a) + area(b) - shared);
}

/**
 * Of faces, surest first, those that are not seen a second time: a face held close gets a weaker
 * box inside its own, whose points then lie on the same face. Two people cheek to cheek share
 * less.
 */
export function withoutEchoes<Face extends Outline>(faces: Face[]): Face[] {
  const kept: Face[] = [];
  for (const face of faces) {
    const isEcho = kept.some((other) =>
      sharedArea(face, other) > MAX_SHARED * Math.min(area(face), area(other))
    );
    if (!isEcho) kept.push(face);
  }
  return kept;
}

function sharedArea(a: Outline, b: Outline): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width <= 0 || height <= 0 ? 0 : width * height;
}

function area(box: Outline): number {
  return (box.right - box.left) * (box.bottom - box.top);
}

/** 896 grid points: two for each 16-pixel cell, six for each 32-pixel cell. */
function makeAnchors(): Point[] {
  const anchors: Point[] = [];
  for (const [cell, count] of [[16, 2], [32, 6]]) {
    for (let y = cell / 2; y < SIZE; y += cell) {
      for (let x = cell / 2; x < SIZE; x += cell) {
        for (let i = 0; i < count; i++) anchors.push([x, y]);
      }
    }
  }
  return anchors;
}
