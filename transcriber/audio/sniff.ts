/** The containers this service tells apart, by what the bytes are and never by what they are called. */
export type Format = "webm" | "ogg" | "wav" | "mp4" | "flac" | "mpeg";

/** The content type each format is stored and sent back with. */
export const CONTENT_TYPES: Record<Format, string> = {
  webm: "audio/webm",
  ogg: "audio/ogg",
  wav: "audio/wav",
  mp4: "audio/mp4",
  flac: "audio/flac",
  mpeg: "audio/mpeg",
};

/** The format of a recording by its first bytes (WHATWG MIME Sniffing §6.2), or null. */
export function sniff(bytes: Uint8Array): Format | null {
  const at = (offset: number, text: string) =>
    [...text].every((char, i) => bytes[offset + i] === char.charCodeAt(0));
  if (at(0, "\x1A\x45\xDF\xA3")) return "webm";
  if (at(0, "OggS")) return "ogg";
  if (at(0, "RIFF") && at(8, "WAVE")) return "wav";
  if (at(4, "ftyp")) return "mp4";
  if (at(0, "fLaC")) return "flac";
  if (at(0, "ID3") || isMpegFrame(bytes)) return "mpeg";
  return null;
}

// ISO 11172-3 §2.4.1.3: eleven bits of sync, then version, layer, bit rate and sample rate,
// each of which has a value that no frame may carry.
function isMpegFrame(bytes: Uint8Array): boolean {
  const [sync, head, rates] = bytes;
  if (bytes.length < 4 || sync !== 0xff || (head & 0xe0) !== 0xe0) return false;
  const reservedVersion = (head & 0x18) === 0x08;
  const reservedLayer = (head & 0x06) === 0x00;
  const badRate = (rates & 0xf0) === 0xf0 || (rates & 0x0c) === 0x0c;
  return !reservedVersion && !reservedLayer && !badRate;
}
