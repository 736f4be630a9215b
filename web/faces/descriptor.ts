/**
 * dlib's face recognition network (ResNet-29): a face → 128 numbers, near each other
 * for pictures of one person.
 */
import * as tf from "@tensorflow/tfjs-core";
import { fitSimilarity, type Point, warp } from "./geometry.ts";
import type { Face } from "./mesh.ts";
import type { Models } from "./models.ts";
import type { Picture } from "./picture.ts";

/** Side of the aligned face the network takes, in pixels. */
export const CHIP_SIZE = 150;

/** What dlib aligns faces by, as FaceMesh numbers it: eye corners from the right, nose. */
const LANDMARKS = [263, 362, 33, 133, 2];
/** Where they come to lie, in a unit square that dlib pads by a quarter on every side. */
const TEMPLATE: Point[] = [
  [0.8595674595992, 0.2134981538014],
  [0.6460604764104, 0.2289674387677],
  [0.1205750620789, 0.2137274526848],
  [0.3340850613712, 0.2290642403242],
  [0.4901123135679, 0.6277975316475],
];
const PADDING = 0.25;
const TARGET = TEMPLATE.map(([x, y]): Point => [onChip(x), onChip(y)]);

/** Mean colour of the pictures the network learned from. */
const MEAN_COLOUR = [122.782, 117.001, 104.298];

type Weights = Models["descriptor"];

function onChip(coordinate: number): number {
  return (coordinate + PADDING) / (1 + 2 * PADDING) * CHIP_SIZE;
}

/** The face upright in the middle of a square: floats 0 to 255, three a pixel. */
export function alignFace(picture: Picture, face: Face): Float32Array {
  const points = LANDMARKS.map((index) => face.points[index]);
  return warp(picture, fitSimilarity(points, TARGET), CHIP_SIZE);
}

/**
 * 128 numbers for an aligned face: the mean of what the network says about it and about
 * its mirror image, which errs less than either.
 */
export async function describeFace(
  { descriptor }: Models,
  chip: Float32Array,
): Promise<Float32Array> {
  const output = tf.tidy(() => {
    const face = tf.tensor4d(chip, [1, CHIP_SIZE, CHIP_SIZE, 3]);
    const both = tf.concat4d([face, tf.reverse4d(face, 2)], 0);
    return tf.mean(forward(descriptor, both), 0);
  });
  const values = await output.data();
  output.dispose();
  return new Float32Array(values);
}

function forward(weights: Weights, faces: tf.Tensor4D): tf.Tensor2D {
  const centred = tf.div<tf.Tensor4D>(
    tf.sub(faces, tf.tensor1d(MEAN_COLOUR)),
    255,
  );
  let x = convolve(weights, centred, "conv32_down", 2, "valid");
  x = tf.maxPool(tf.relu(x), 3, 2, "valid");
  for (const name of ["conv32_1", "conv32_2", "conv32_3"]) {
    x = residual(weights, x, name);
  }
  x = residualDown(weights, x, "conv64_down");
  for (const name of ["conv64_1", "conv64_2", "conv64_3"]) {
    x = residual(weights, x, name);
  }
  x = residualDown(weights, x, "conv128_down");
  for (const name of ["conv128_1", "conv128_2"]) {
    x = residual(weights, x, name);
  }
  x = residualDown(weights, x, "conv256_down");
  for (const name of ["conv256_1", "conv256_2"]) {
    x = residual(weights, x, name);
  }
  x = residualDown(weights, x, "conv256_down_out");
  const pooled = tf.mean<tf.Tensor2D>(x, [1, 2]);
  return tf.matMul(pooled, weights.fc as tf.Tensor2D);
}

/** Convolution, then the scale and shift that batch normalisation left behind. */
function convolve(
  weights: Weights,
  x: tf.Tensor4D,
  name: string,
  stride: 1 | 2,
  padding: "same" | "valid",
): tf.Tensor4D {
  const filters = weights[`${name}/conv/filters`] as tf.Tensor4D;
  const raw = tf.conv2d(x, filters, stride, padding);
  const biased = tf.add(raw, weights[`${name}/conv/bias`]);
  const scaled = tf.mul(biased, weights[`${name}/scale/weights`]);
  return tf.add(scaled, weights[`${name}/scale/biases`]);
}

function residual(weights: Weights, x: tf.Tensor4D, name: string): tf.Tensor4D {
  const first = tf.relu(convolve(weights, x, `${name}/conv1`, 1, "same"));
  const second = convolve(weights, first, `${name}/conv2`, 1, "same");
  return tf.relu(tf.add(second, x));
}

/** Halves the sides; what the shortcut lacks in size or channels is filled with zeros. */
function residualDown(
  weights: Weights,
  x: tf.Tensor4D,
  name: string,
): tf.Tensor4D {
  const first = tf.relu(convolve(weights, x, `${name}/conv1`, 2, "valid"));
  const second = convolve(weights, first, `${name}/conv2`, 1, "same");
  const pooled = tf.avgPool(x, 2, 2, "valid");
  const [, height, width, channels] = pooled.shape;
  const target = second.shape;
  const main = tf.pad4d(second, [
    [0, 0],
    [0, height - target[1]],
    [0, width - target[2]],
    [0, 0],
  ]);
  const shortcut = tf.pad4d(pooled, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, target[3] - channels],
  ]);
  return tf.relu(tf.add(shortcut, main));
}
