/**
 * Reads a convolutional network from an ONNX file (github.com/onnx/onnx, onnx.proto) and runs it on
 * TensorFlow.js, which the other networks use: as much of the format as our network needs.
 */
import * as tf from "@tensorflow/tfjs-core";
import { readMessage, type Value } from "./protobuf.ts";

interface Node {
  op: string;
  inputs: string[];
  output: string;
  attributes: Map<string, number[]>;
}

/** A network that was read; its weights stay in memory. */
export interface Network {
  nodes: Node[];
  weights: Map<string, tf.Tensor>;
  input: string;
}

const FLOAT = 1;

/**
 * Reads a network of Conv, PRelu, Add and a final Reshape.
 * @throws Error when the file is something else
 */
export function readNetwork(file: Uint8Array): Network {
  const [graph] = bytes(readMessage(file).get(7));
  const fields = readMessage(graph);
  const nodes = bytes(fields.get(1)).map(readNode);
  const weights = new Map<string, tf.Tensor>();
  const tensors = new Map(bytes(fields.get(5)).map(readTensor));
  for (const { op, inputs, attributes } of nodes) {
    const [, first, bias] = inputs;
    const weight = tensors.get(first);
    if (op === "Conv" && weight) {
      const grouped = (attributes.get("group")?.[0] ?? 1) > 1;
      weights.set(first, filters(weight, grouped));
      weights.set(bias, tf.tensor1d(tensors.get(bias)!.values));
    } else if (op === "PRelu" && weight) {
      weights.set(first, tf.tensor1d(weight.values));
    } else if (op !== "Add" && op !== "Reshape") {
      throw new Error(`The network has an operation that is not known: ${op}.`);
    }
  }
  return { nodes, weights, input: nodes[0].inputs[0] };
}

/** The network's answer, a row for each picture: [n, height, width, 3] → [n, numbers]. */
export function runNetwork(
  { nodes, weights, input }: Network,
  pictures: tf.Tensor4D,
): tf.Tensor2D {
  const values = new Map<string, tf.Tensor4D>([[input, pictures]]);
  let last = pictures;
  for (const [i, node] of nodes.entries()) {
    const next = nodes[i + 1];
    if (node.op === "Conv") {
      // As one step, which is faster; the value in between has no other use.
      const slopes = next.op === "PRelu" ? weights.get(next.inputs[1]) : null;
      last = convolve(node, values.get(node.inputs[0])!, weights, slopes);
    } else if (node.op === "Add") {
      const [x, y] = node.inputs;
      last = tf.add(values.get(x)!, values.get(y)!);
    }
    values.set(node.output, last);
  }
  return tf.reshape(last, [pictures.shape[0], -1]);
}

function convolve(
  { inputs, attributes }: Node,
  x: tf.Tensor4D,
  weights: Map<string, tf.Tensor>,
  slopes: tf.Tensor | null | undefined,
): tf.Tensor4D {
  const grouped = attributes.get("group")![0] > 1;
  const run = grouped ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  return run({
    x,
    filter: weights.get(inputs[1]) as tf.Tensor4D,
    bias: weights.get(inputs[2]),
    strides: attributes.get("strides")![0],
    pad: attributes.get("pads")![0],
    dimRoundingMode: "floor",
    activation: slopes ? "prelu" : "linear",
    preluActivationWeights: slopes ?? undefined,
  });
}

/** ONNX has [out, in, height, width]; TensorFlow [height, width, in, out]. */
function filters({ shape, values }: Weights, grouped: boolean): tf.Tensor4D {
  const stored = tf.tensor4d(values, shape as [number, number, number, number]);
  const order = grouped ? [2, 3, 0, 1] : [2, 3, 1, 0];
  const filter = tf.transpose(stored, order);
  stored.dispose();
  return filter;
}

interface Weights {
  shape: number[];
  values: Float32Array;
}

function readTensor(message: Uint8Array): [name: string, tensor: Weights] {
  const fields = readMessage(message);
  const name = text(fields.get(8)![0]);
  const [raw] = bytes(fields.get(9));
  // Shapes are tensors of 64-bit integers: nothing here needs them.
  if (numbers(fields.get(2))[0] !== FLOAT || !raw) {
    return [name, { shape: [], values: new Float32Array() }];
  }
  const values = new Float32Array(raw.slice().buffer);
  return [name, { shape: numbers(fields.get(1)), values }];
}

function readNode(message: Uint8Array): Node {
  const fields = readMessage(message);
  const attributes = bytes(fields.get(5)).map((attribute) => {
    const parts = readMessage(attribute);
    const whole = [...parts.get(3) ?? [], ...parts.get(8) ?? []];
    return [text(parts.get(1)![0]), numbers(whole)] as const;
  });
  return {
    op: text(fields.get(4)![0]),
    inputs: (fields.get(1) ?? []).map(text),
    output: text(fields.get(2)![0]),
    attributes: new Map(attributes),
  };
}

function bytes(values: Value[] = []): Uint8Array[] {
  return values.filter((value) => value instanceof Uint8Array);
}

/** Integers, whether they are packed or not. */
function numbers(values: Value[] = []): number[] {
  return values.filter((value) => typeof value === "number");
}

function text(value: Value): string {
  return new TextDecoder().decode(value as Uint8Array);
}
