import type { AudioSample, InputAudioTrack } from "mediabunny";
import { decodeAac } from "./aac.ts";
import { audioBroken, audioTooLong } from "./errors.ts";
import { Samples } from "./samples.ts";
import { decodeVorbis } from "./vorbis.ts";

export interface DemuxOptions {
  maxSeconds: number;
  signal: AbortSignal;
}

/** Hertz outside which nothing is a recording of speech. */
const RATES = { min: 4_000, max: 192_000 };

/** Channels of a recording; nobody records speech in more. */
const MOST_CHANNELS = 8;

/** Samples of all channels after which the event loop gets a turn. */
const TURN = 1_000_000;

/** Opus packets decoded before the event loop gets a turn: two seconds of speech. */
const BATCH = 100;

/**
 * Decodes WAV, Opus in WebM, Matroska, Ogg or MP4, Vorbis in Ogg, and AAC. Null when the container
 * holds another codec.
 * @throws {ApiError} 413 `audio-too-long`; 422 `audio-broken`
 */
export async function demux(
  bytes: Uint8Array,
  options: DemuxOptions,
): Promise<Samples | null> {
  const { ALL_FORMATS, BufferSource, Input, OGG } = await import("mediabunny");
  const source = new BufferSource(new Uint8Array(bytes));
  using input = new Input({ source, formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  if (!track) return null;
  const duration = await track.getDurationFromMetadata() ?? 0;
  if (duration > options.maxSeconds) throw audioTooLong();
  const channels = await track.getNumberOfChannels();
  const codec = await track.getCodec();
  const isOpus = codec === "opus" && channels >= 1 && channels <= 2;
  if (isOpus) return await decodeOpus(track, channels, options);
  if (codec === "aac") return await decodeAac(track, options);
  const isVorbis = codec === "vorbis" && await input.getFormat() === OGG &&
    channels <= MOST_CHANNELS;
  if (isVorbis) return await decodeVorbis(bytes, options);
  const isPlain = isPcm(codec) && channels >= 1 && channels <= MOST_CHANNELS;
  return isPlain ? await decodePcm(track, options) : null;
}

const isPcm = (codec: string | null) =>
  codec !== null && (codec.startsWith("pcm-") || /^[au]law$/.test(codec));

async function decodePcm(track: InputAudioTrack, options: DemuxOptions) {
  const { AudioSampleSink } = await import("mediabunny");
  const rate = await track.getSampleRate();
  if (rate < RATES.min || rate > RATES.max) throw audioBroken();
  const samples = new Samples(rate, options.maxSeconds);
  let since = 0;
  for await (const sample of new AudioSampleSink(track).samples()) {
    options.signal.throwIfAborted();
    samples.add(planes(sample));
    since += sample.numberOfFrames * sample.numberOfChannels;
    sample.close();
    if (since < TURN) continue;
    since = 0;
    await new Promise((resolve) => setTimeout(resolve));
  }
  return samples;
}

function planes(sample: AudioSample): Float32Array[] {
  return Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(sample.numberOfFrames);
    sample.copyTo(plane, { planeIndex, format: "f32-planar" });
    return plane;
  });
}

async function decodeOpus(
  track: InputAudioTrack,
  channels: number,
  options: DemuxOptions,
) {
  const { EncodedPacketSink } = await import("mediabunny");
  const { OpusDecoder } = await import("opus-decoder");
  const config = await track.getDecoderConfig();
  const head = readHead(config?.description);
  const decoder = new OpusDecoder({
    channels,
    // Opus decodes to any of its rates by itself, so there is nothing left to resample.
    sampleRate: 16_000,
    preSkip: head.preSkip,
  });
  await decoder.ready;
  try {
    const samples = new Samples(16_000, options.maxSeconds);
    if (channels === 1) samples.opusRate = head.rate;
    let count = 0;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const decoded = decoder.decodeFrame(packet.data);
      if (decoded.errors.length > 0) throw audioBroken(decoded.errors[0]);
      samples.add(decoded.channelData);
      if (++count % BATCH > 0) continue;
      await new Promise((resolve) => setTimeout(resolve));
      options.signal.throwIfAborted();
    }
    return samples;
  } finally {
    decoder.free();
  }
}

/**
 * RFC 7845 §5.1, the `OpusHead` that Ogg begins with and WebM carries as codec data: the samples at
 * the start that only warm the decoder up, and the rate of what was encoded, 0 if unknown.
 */
function readHead(description: AllowSharedBufferSource | undefined) {
  if (!description) return { preSkip: 0, rate: 0 };
  const view = ArrayBuffer.isView(description)
    ? new DataView(
      description.buffer,
      description.byteOffset,
      description.byteLength,
    )
    : new DataView(description);
  if (view.byteLength < 16) return { preSkip: 0, rate: 0 };
  return { preSkip: view.getUint16(10, true), rate: view.getUint32(12, true) };
}
