/** Bytes of a frame of MPEG 2, layer III, mono, 32 kbit/s at 16 kHz. */
export const MP3_FRAME = 144;

/** An MP3 of empty frames; with `counted` the first one counts the bytes of all ("Xing"). */
export function mp3File(
  frames: number,
  { counted = false } = {},
): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(frames * MP3_FRAME);
  for (let at = 0; at < file.length; at += MP3_FRAME) {
    file.set([0xff, 0xf3, 0x48, 0xc0], at);
  }
  if (!counted) return file;
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode("Xing"), 13);
  view.setUint32(17, 3); // it has a count of frames, and one of bytes
  view.setUint32(21, frames - 1);
  view.setUint32(25, file.length);
  return file;
}

/**
 * “Hello how are you doing today” by Flite's voice, 24 kHz, 32 kbit/s: made with ffmpeg, since there is no
 * encoder for tests.
 */
export const helloMp3 = (): Promise<Uint8Array<ArrayBuffer>> =>
  Deno.readFile(new URL("./hello.mp3", import.meta.url));
