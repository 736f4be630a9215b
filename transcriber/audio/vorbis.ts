import type { Samples } from "./samples.ts";
import { decodeWith, type WasmOptions } from "./wasm-decoder.ts";

/**
 * Decodes Vorbis in Ogg, whole pages of it.
 * @throws {ApiError} 413 `audio-too-long`; 422 `audio-broken`
 */
export async function decodeVorbis(
  ogg: Uint8Array,
  options: WasmOptions,
): Promise<Samples> {
  const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
  return await decodeWith(new OggVorbisDecoder(), ogg, options);
}
