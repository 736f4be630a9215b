import type { Samples } from "./samples.ts";
import { decodeWith, type WasmOptions } from "./wasm-decoder.ts";

/**
 * Decodes FLAC. A file without its last frame is `damaged`: the decoder leaves out what is cut.
 * @throws {ApiError} 413 `audio-too-long`; 422 `audio-broken`
 */
export async function decodeFlac(
  bytes: Uint8Array,
  options: WasmOptions,
): Promise<Samples> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  return await decodeWith(new FLACDecoder(), bytes, options);
}
