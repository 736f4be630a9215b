import { Buffer } from "node:buffer";
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  WebMOutputFormat,
} from "mediabunny";
import OpusScript from "opusscript";

/** Opus frames of 20 ms at 16 kHz. */
const FRAME = 320;

/** libopus looks this many samples (at 48 kHz) ahead; decoders drop them again (RFC 7845 §4.2). */
const PRE_SKIP = 312;

const FORMATS = {
  webm: () => new WebMOutputFormat({ appendOnly: true }),
  ogg: () => new OggOutputFormat(),
  mp4: () => new Mp4OutputFormat({ fastStart: false }),
};

/** Encodes speech as a browser's recorder does: Opus in a container; MP4 has its index last. */
export async function opusFile(
  pcm: Int16Array,
  container: "webm" | "ogg" | "mp4",
): Promise<Uint8Array<ArrayBuffer>> {
  const target = new BufferTarget();
  const output = new Output({ format: FORMATS[container](), target });
  const source = new EncodedAudioPacketSource("opus");
  output.addAudioTrack(source);
  await output.start();
  const encoder = new OpusScript(16_000, 1, OpusScript.Application.AUDIO);
  const seconds = FRAME / 16_000;
  for (let at = 0; at < pcm.length; at += FRAME) {
    const frame = new Int16Array(FRAME);
    frame.set(pcm.subarray(at, at + FRAME));
    const packet = encoder.encode(Buffer.from(frame.buffer), FRAME);
    await source.add(
      new EncodedPacket(
        new Uint8Array(packet),
        "key",
        at / 16_000,
        seconds,
      ),
      at === 0 ? { decoderConfig: opusConfig() } : undefined,
    );
  }
  encoder.delete();
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

function opusConfig() {
  const head = new DataView(new ArrayBuffer(19));
  new Uint8Array(head.buffer).set(new TextEncoder().encode("OpusHead"));
  head.setUint8(8, 1); // version
  head.setUint8(9, 1); // channels
  head.setUint16(10, PRE_SKIP, true);
  head.setUint32(12, 16_000, true);
  return {
    codec: "opus",
    numberOfChannels: 1,
    sampleRate: 48_000,
    description: new Uint8Array(head.buffer),
  };
}

export interface WavShape {
  rate: number;
  channels?: number;
  /** Bits of an integer sample, or "float". */
  bits: 8 | 16 | 24 | 32 | "float";
}

/** A WAV file of one signal in −1…1, the same on every channel. */
export function wavFile(
  signal: Float32Array | number[],
  { rate, channels = 1, bits }: WavShape,
): Uint8Array<ArrayBuffer> {
  const width = bits === "float" ? 4 : bits / 8;
  const dataSize = signal.length * channels * width;
  const view = new DataView(new ArrayBuffer(44 + dataSize));
  const text = (at: number, value: string) =>
    new Uint8Array(view.buffer).set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + dataSize, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, bits === "float" ? 3 : 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * width, true);
  view.setUint16(32, channels * width, true);
  view.setUint16(34, width * 8, true);
  text(36, "data");
  view.setUint32(40, dataSize, true);
  let at = 44;
  for (const value of signal) {
    for (let channel = 0; channel < channels; channel++) {
      writeSample(view, at, value, bits);
      at += width;
    }
  }
  return new Uint8Array(view.buffer);
}

function writeSample(
  view: DataView,
  at: number,
  value: number,
  bits: WavShape["bits"],
): void {
  if (bits === "float") view.setFloat32(at, value, true);
  if (bits === 8) view.setUint8(at, Math.round(value * 127) + 128);
  if (bits === 16) view.setInt16(at, Math.round(value * 32_767), true);
  if (bits === 24) {
    const whole = Math.round(value * 8_388_607);
    view.setInt16(at + 1, whole >> 8, true);
    view.setUint8(at, whole & 0xff);
  }
  if (bits === 32) view.setInt32(at, Math.round(value * 2_147_483_647), true);
}

/** A tone: `seconds` of a sine at half volume. */
export const tone = (hertz: number, seconds: number, rate: number) =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => 0.5 * Math.sin(2 * Math.PI * hertz * i / rate),
  );
