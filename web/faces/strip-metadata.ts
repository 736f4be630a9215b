import { joined } from "../../realtime/common/joined.ts";
import { inspectJpeg, type Segment, segments } from "./jpeg.ts";

const APP0_JFIF = 0xe0;
const APP14_ADOBE = 0xee;
const APP15 = 0xef;
const COMMENT = 0xfe;

/**
 * The same picture without what a camera adds to it: place, time, device, thumbnail,
 * comments, colour profile, and anything after the image's end. Nothing is decoded, so
 * no quality is lost. A photo that was not upright keeps its orientation, alone.
 * @throws FaceError as `inspectJpeg`
 */
export function stripMetadata(jpeg: Uint8Array): Uint8Array {
  const { orientation } = inspectJpeg(jpeg);
  const parts: Uint8Array[] = [];
  for (const segment of segments(jpeg)) {
    if (isPicture(segment)) {
      parts.push(jpeg.subarray(segment.start, segment.end));
    }
    if (parts.length === 1 && orientation !== 1) {
      parts.push(orientationSegment(orientation));
    }
  }
  return joined(parts);
}

/** Whether decoding needs it. Adobe's segment says how the colours are encoded. */
function isPicture({ marker }: Segment): boolean {
  if (marker === COMMENT) return false;
  const application = marker >= APP0_JFIF && marker <= APP15;
  return !application || marker === APP14_ADOBE;
}

/** The smallest APP1 segment that holds an orientation (Exif 2.32, big-endian). */
function orientationSegment(orientation: number): Uint8Array {
  return new Uint8Array([
    ...[0xff, 0xe1, 0, 34],
    ...[0x45, 0x78, 0x69, 0x66, 0, 0], // "Exif"
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8], // TIFF header; the directory is at 8
    ...[0, 1], // one entry: tag 0x0112, one 16-bit number
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0], // no further directory
  ]);
}
