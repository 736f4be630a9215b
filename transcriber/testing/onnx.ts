/**
 * Writes ONNX models small enough to be made in a test, in the parts of onnx.proto that are needed:
 * Protocol Buffers with a varint (kind 0) or so many bytes (kind 2) for each field.
 */

type Bytes = number[];

function varint(value: number): Bytes {
  const bytes: Bytes = [];
  for (let rest = value;; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push(rest % 128 + 128);
  }
}
const number = (field: number, value: number): Bytes => [
  ...varint(field * 8),
  ...varint(value),
];
const bytes = (field: number, content: Iterable<number>): Bytes => {
  const whole = [...content];
  return [...varint(field * 8 + 2), ...varint(whole.length), ...whole];
};
const text = (field: number, value: string) =>
  bytes(field, new TextEncoder().encode(value));

export const FLOAT = 1, INT32 = 6, INT64 = 7;

/** A tensor that is part of the model. */
export interface Constant {
  name: string;
  dims: number[];
  values: Float32Array | BigInt64Array;
}

function constant({ name, dims, values }: Constant): Bytes {
  const raw = new Uint8Array(values.buffer);
  return [
    ...dims.flatMap((dim) => number(1, dim)),
    ...number(2, values instanceof Float32Array ? FLOAT : INT64),
    ...text(8, name),
    ...bytes(9, raw),
  ];
}

/** An operation with its inputs and one output; a whole number may go with it as an attribute. */
export interface Operation {
  type: string;
  inputs: string[];
  output: string;
  attribute?: [name: string, value: number];
}

const operation = ({ type, inputs, output, attribute }: Operation): Bytes => [
  ...inputs.flatMap((input) => text(1, input)),
  ...text(2, output),
  ...text(4, type),
  ...(attribute
    ? bytes(5, [
      ...text(1, attribute[0]),
      ...number(3, attribute[1]),
      ...number(20, 2),
    ])
    : []),
];

/** An input or output; a dimension with a name has any size. */
export type Value = [name: string, type: number, dims: (number | string)[]];

const value = ([name, type, dims]: Value): Bytes => {
  const shape = dims.flatMap((dim) =>
    bytes(1, typeof dim === "number" ? number(1, dim) : text(2, dim))
  );
  return [
    ...text(1, name),
    ...bytes(2, bytes(1, [...number(1, type), ...bytes(2, shape)])),
  ];
};

export interface Graph {
  inputs: Value[];
  outputs: Value[];
  constants: Constant[];
  operations: Operation[];
}

/** The file of a model, with what it says of itself. */
export function onnxFile(
  graph: Graph,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  const content = [
    ...graph.operations.flatMap((one) => bytes(1, operation(one))),
    ...text(2, "made-in-a-test"),
    ...graph.constants.flatMap((one) => bytes(5, constant(one))),
    ...graph.inputs.flatMap((one) => bytes(11, value(one))),
    ...graph.outputs.flatMap((one) => bytes(12, value(one))),
  ];
  return new Uint8Array([
    ...number(1, 8), // IR version
    ...bytes(7, content),
    ...bytes(8, [...text(1, ""), ...number(2, 13)]), // operations of version 13
    ...Object.entries(metadata).flatMap(([key, content]) =>
      bytes(14, [...text(1, key), ...text(2, content)])
    ),
  ]);
}
