import { audioBroken, audioFormat, audioTooLong } from "./errors.ts";

/** Packets copied before the event loop gets a turn: twenty seconds. */
const BATCH = 1_000;

/**
 * Copies the sound of an MP4, undecoded, to one whose index comes first. Phones put it last, where
 * a program that reads from a pipe cannot find it.
 * @throws {ApiError} 413 `audio-too-long`; 415 `audio-format` when its codec is
 * not known; 422 `audio-broken` when there is no sound in it
 */
export async function remuxMp4(
  bytes: Uint8Array,
  { maxSeconds, signal }: { maxSeconds: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const {
    ALL_FORMATS,
    BufferSource,
    BufferTarget,
    EncodedAudioPacketSource,
    EncodedPacketSink,
    Input,
    Mp4OutputFormat,
    Output,
  } = await import("mediabunny");
  using input = new Input({
    source: new BufferSource(new Uint8Array(bytes)),
    formats: ALL_FORMATS,
  });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const config = await track?.getDecoderConfig();
  if (!track) throw audioBroken();
  if (!codec || !config) throw audioFormat();
  if (await track.computeDuration() > maxSeconds) throw audioTooLong();

  const target = new BufferTarget();
  const format = new Mp4OutputFormat({ fastStart: "in-memory" });
  const output = new Output({ format, target });
  const sound = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(sound);
  await output.start();
  let count = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    await sound.add(packet, { decoderConfig: config });
    if (++count % BATCH > 0) continue;
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
  await output.finalize();
  if (target.buffer === null) throw audioBroken();
  return new Uint8Array(target.buffer);
}
