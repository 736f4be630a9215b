/**
 * What a file is, by its first bytes and never by its name. Whatever is not known here is nobody's
 * business but that of whoever downloads it.
 */

/** Bytes that are looked at. */
export const HEAD_BYTES = 4_096;

/** Pictures that browsers show. */
const PICTURES = [
  ...["image/jpeg", "image/png", "image/webp", "image/gif"],
  "image/avif",
];
/** Pictures that only some programs show. */
const OTHERS = ["image/heic", "image/heif"];

const SIGNS: [at: number, bytes: string, type: string][] = [
  [0, "\xff\xd8\xff", "image/jpeg"],
  [0, "\x89PNG\r\n\x1a\n", "image/png"],
  [0, "GIF87a", "image/gif"],
  [0, "GIF89a", "image/gif"],
  [8, "WEBP", "image/webp"],
  [8, "WAVE", "audio/wav"],
  [0, "%PDF-", "application/pdf"],
  [0, "PK\x03\x04", "application/zip"],
  [0, "\x1f\x8b", "application/gzip"],
  [0, "ID3", "audio/mpeg"],
  [0, "\xff\xfb", "audio/mpeg"],
  [0, "\xff\xf3", "audio/mpeg"],
  [0, "OggS", "audio/ogg"],
  [0, "fLaC", "audio/flac"],
  [0, "\x1a\x45\xdf\xa3", "video/webm"],
  [4, "ftypM4A", "audio/mp4"],
  [4, "ftypavif", "image/avif"],
  [4, "ftypavis", "image/avif"],
  [4, "ftyphei", "image/heic"],
  [4, "ftyphev", "image/heic"],
  // A still or moving picture that says no more of itself (ISO/IEC 23008-12).
  [4, "ftypmif1", "image/heif"],
  [4, "ftypmsf1", "image/heif"],
  [4, "ftypqt", "video/quicktime"],
  [4, "ftyp", "video/mp4"],
];

/** The media type of a file that begins like this. */
export function typeOf(head: Uint8Array): string {
  const text = Array.from(
    head.subarray(0, 16),
    (byte) => String.fromCharCode(byte),
  ).join("");
  const sign = SIGNS.find(([at, bytes]) => text.startsWith(bytes, at));
  if (sign?.[2] === "image/heif" && hasBrand(head, "avif")) {
    return "image/avif";
  }
  if (sign) return sign[2];
  return isText(head) ? "text/plain" : "application/octet-stream";
}

/** Whether a file of boxes names such a brand among those it is compatible with. */
function hasBrand(head: Uint8Array, brand: string): boolean {
  const size = new DataView(head.buffer, head.byteOffset).getUint32(0);
  const letters = String.fromCharCode(...head.subarray(16, size));
  const brands: string[] = letters.match(/.{4}/gs) ?? [];
  return brands.includes(brand);
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    // A character may be cut where the head ends.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether a file is a picture that everybody's browser shows. */
export const isPicture = (type: string): boolean => PICTURES.includes(type);

/** Whether a file is made anew, or cleaned, before anybody sees it. */
export const isRemade = (type: string): boolean =>
  isPicture(type) || OTHERS.includes(type);

/** Whether a file can be shown or played where it is, as nothing in it runs; else it is saved. */
export const isHarmless = (type: string): boolean =>
  isPicture(type) ||
  /^(audio\/(mpeg|ogg|flac|wav|mp4)|video\/(mp4|webm))$/.test(type);
