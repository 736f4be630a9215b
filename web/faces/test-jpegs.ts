/** JPEG files made by hand for tests: what their headers say, and nothing to decode. */

/** A marker with its payload. */
export function segment(marker: number, payload: number[]): number[] {
  const length = payload.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...payload];
}

/** A frame header (T.81 B.2.2). */
export function frame(
  width: number,
  height: number,
  { marker = 0xc0, components = 3, precision = 8 } = {},
): number[] {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const parts = Array.from({ length: components }, (_, i) => [i + 1, 0x11, 0]);
  return segment(marker, [precision, ...size, components, ...parts.flat()]);
}

export const SCAN = [...segment(0xda, [1, 1, 0, 0, 63, 0]), 1, 2, 0xff, 0, 3];
export const END = [0xff, 0xd9];

/** Start of image, then the parts. */
export function jpegOf(...parts: number[][]): Uint8Array {
  return new Uint8Array([0xff, 0xd8, ...parts.flat()]);
}

/** An APP1 segment with an Exif orientation after another tag, in either byte order. */
export function exif(orientation: number, order: "II" | "MM" = "II"): number[] {
  const number = (value: number, size: number) => {
    const bytes = Array.from({ length: size }, (_, i) => value >> 8 * i & 255);
    return order === "II" ? bytes : bytes.reverse();
  };
  const entry = (tag: number, type: number, value: number[]) => [
    ...number(tag, 2),
    ...number(type, 2),
    ...number(1, 4),
    ...value,
  ];
  return segment(0xe1, [
    ...text("Exif\0\0"),
    ...text(order),
    ...number(42, 2),
    ...number(8, 4),
    ...number(2, 2),
    ...entry(0x0100, 4, number(640, 4)),
    ...entry(0x0112, 3, [...number(orientation, 2), 0, 0]),
    ...number(0, 4),
  ]);
}

export function text(letters: string): number[] {
  return [...new TextEncoder().encode(letters)];
}

/** The file with a segment put in behind its start marker. */
export function withSegment(jpeg: Uint8Array, extra: number[]): Uint8Array {
  return new Uint8Array([
    ...jpeg.subarray(0, 2),
    ...extra,
    ...jpeg.subarray(2),
  ]);
}

const NAMED_HEAD = jpegOf(
  frame(640, 480),
  segment(0xda, [1, 1, 0, 0, 63, 0]),
);

/**
 * A file that passes for a photo and says whose face is on it, for engines of tests, and how far
 * the head is turned to the person's own left, in degrees.
 */
export function namedJpeg(name: string, yaw = 0): Uint8Array<ArrayBuffer> {
  const said = yaw === 0 ? name : `${name}@${yaw}`;
  return new Uint8Array([...NAMED_HEAD, ...text(said), ...END]);
}

/** The name in a file of {@link namedJpeg}. */
export const nameIn = (jpeg: Uint8Array): string => saidIn(jpeg)[0];

/** The degrees in a file of {@link namedJpeg}. */
export const yawIn = (jpeg: Uint8Array): number => Number(saidIn(jpeg)[1] ?? 0);

function saidIn(jpeg: Uint8Array): string[] {
  const said = jpeg.subarray(NAMED_HEAD.length, jpeg.length - END.length);
  return new TextDecoder().decode(said).split("@");
}
