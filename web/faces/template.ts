/**
 * A template of the local engine: a version byte, then 512 little-endian 32-bit floats. Version 1
 * had 128 of another network: whoever has one is compared by their picture.
 */
const VERSION = 2;
const LENGTH = 512;

/** The vector with length 1. */
export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** The template of one or more descriptors of a person: the direction in their middle. */
export function meanDescriptor(descriptors: Float32Array[]): Float32Array {
  const mean = new Float32Array(LENGTH);
  for (const descriptor of descriptors) {
    descriptor.forEach((value, i) => mean[i] += value / descriptors.length);
  }
  return toUnit(mean);
}

/** Euclidean distance. */
export function descriptorDistance(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  // A loop: task eval:faces does this for millions of pairs.
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Math.sqrt(squares);
}

/** A descriptor as the 2,049 bytes to keep. */
export function encodeTemplate(descriptor: Float32Array): Uint8Array {
  const bytes = new Uint8Array(1 + LENGTH * 4);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  descriptor.forEach((value, i) => view.setFloat32(1 + i * 4, value, true));
  return bytes;
}

/** The descriptor in a template; null when another engine or another version made it. */
export function decodeTemplate(bytes: Uint8Array): Float32Array | null {
  if (bytes.length !== 1 + LENGTH * 4 || bytes[0] !== VERSION) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from(
    { length: LENGTH },
    (_, i) => view.getFloat32(1 + i * 4, true),
  );
}
