import type { Update } from "../recognizer.ts";

/**
 * What the service and the child that holds the model say to each other: a line of JSON each, on
 * the child's stdin and stdout.
 */
export type ToChild =
  /** `language`: the one that is spoken (ISO 639-1), for models that want to be told; or none. */
  | { type: "open"; id: number; language?: string }
  /** Base64 of mono 16 kHz signed 16-bit little-endian samples; answered by `done`. */
  | { type: "audio"; id: number; pcm: string }
  /** Settle what is left; answered by `done`, after the last final. */
  | { type: "finish"; id: number }
  | { type: "close"; id: number };

export type FromChild =
  /** The model is loaded. Nothing is said before. */
  | { type: "ready" }
  | { type: "update"; id: number; update: Update }
  | { type: "done"; id: number };

/** One conversation with the model, in the child. */
export interface Hearing {
  hear(pcm: Int16Array): void;
  /** Settles what is left. */
  finish(): void;
}

/** Tells the service what was heard. */
export type Tell = (update: Update) => void;

export const encodePcm = (pcm: Int16Array): string =>
  new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength).toBase64();

export const decodePcm = (base64: string): Int16Array =>
  new Int16Array(Uint8Array.fromBase64(base64).buffer);

/** The lines of a stream, parsed. Both ends are ours: what is no JSON is a fault and throws. */
export async function* messages<T>(
  readable: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<T> {
  let rest = "";
  for await (const text of readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Writes a message whole, even where a pipe takes it in parts. */
export function say(message: FromChild): void {
  let bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  while (bytes.length > 0) {
    bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  }
}
