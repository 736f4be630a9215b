import type { Format } from "./sniff.ts";

/**
 * The same recording, undecoded, for a player that is to begin anywhere in it: a WebM that a browser
 * recorded has neither a length nor an index. What cannot be copied like this stays as it is.
 */
export async function playable(
  bytes: Uint8Array,
  format: Format,
): Promise<Uint8Array> {
  if (format !== "webm") return bytes;
  try {
    return await withIndex(bytes);
  } catch {
    // The copier has no error class for what it does not know. The recording was decoded whole
    // before, so it plays, from its beginning at least.
    return bytes;
  }
}

async function withIndex(bytes: Uint8Array): Promise<Uint8Array> {
  const {
    BufferSource,
    BufferTarget,
    EncodedAudioPacketSource,
    EncodedPacketSink,
    Input,
    Output,
    WEBM,
    WebMOutputFormat,
  } = await import("mediabunny");
  using input = new Input({
    source: new BufferSource(new Uint8Array(bytes)),
    formats: [WEBM],
  });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const config = await track?.getDecoderConfig();
  if (!track || !codec || !config) return bytes;
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const sound = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(sound);
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets()) {
    await sound.add(packet, { decoderConfig: config });
  }
  await output.finalize();
  return target.buffer === null ? bytes : new Uint8Array(target.buffer);
}
