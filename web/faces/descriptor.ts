/**
 * MobileFaceNet (Chen et al., 2018): a face → 512 numbers, in nearly the same direction for
 * pictures of one person.
 */
import * as tf from "@tensorflow/tfjs-core";
import { fitSimilarity, middle, type Point, warp } from "./geometry.ts";
import type { Face } from "./mesh.ts";
import type { Models } from "./models.ts";
import { runNetwork } from "./onnx.ts";
import type { Picture } from "./picture.ts";
import { toUnit } from "./template.ts";

/** Side of the aligned face the network takes, in pixels. */
const NETWORK_SIDE = 112;
/** Side of the larger aligned face that light and focus are measured on. */
export const CHIP_SIZE = 168;

/** Where the eyes, the tip of the nose and the corners of the mouth come to lie, as ArcFace has it. */
const TARGET: Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** The face upright in the middle of a square: floats 0 to 255, three a pixel. */
export function alignFace(
  picture: Picture,
  { points }: Face,
  side = CHIP_SIZE,
): Float32Array {
  const marks = [
    middle(points[33], points[133]),
    middle(points[362], points[263]),
    points[1],
    points[61],
    points[291],
  ];
  const scale = side / NETWORK_SIDE;
  const target = TARGET.map(([x, y]): Point => [x * scale, y * scale]);
  return warp(picture, fitSimilarity(marks, target), side);
}

/**
 * 512 numbers for a face, of length 1: the mean of what the network says about it and about
 * its mirror image, which errs less than either.
 */
export async function describeFace(
  { descriptor }: Models,
  picture: Picture,
  face: Face,
): Promise<Float32Array> {
  const chip = alignFace(picture, face, NETWORK_SIDE);
  const output = tf.tidy(() => {
    const pixels = tf.tensor4d(chip, [1, NETWORK_SIDE, NETWORK_SIDE, 3]);
    const input = tf.div<tf.Tensor4D>(tf.sub(pixels, 127), 128);
    const both = tf.concat4d([input, tf.reverse4d(input, 2)], 0);
    return tf.mean(runNetwork(descriptor, both), 0);
  });
  const values = await output.data();
  output.dispose();
  return toUnit(new Float32Array(values));
}
