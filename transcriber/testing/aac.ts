import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  Input,
  Mp4OutputFormat,
  Output,
} from "mediabunny";

/**
 * “Hello how are you doing today” by Flite's voice as phones keep it: AAC-LC, mono, 16 kHz, 24 kbit/s,
 * in an MP4 with its index last, whose edit list leaves out the 64 ms that warm a decoder up. Made with
 * ffmpeg's encoder, since there is none for tests.
 */
export const helloM4a = (): Promise<Uint8Array<ArrayBuffer>> =>
  Deno.readFile(new URL("./hello.m4a", import.meta.url));

/** The same sound in an MP4 without an edit list, its frames and AudioSpecificConfig changed. */
export async function changedM4a(
  change: (frame: Uint8Array<ArrayBuffer>, at: number) => Uint8Array,
  config = new Uint8Array([0x14, 0x08]), // LC, 16 kHz, mono
): Promise<Uint8Array<ArrayBuffer>> {
  const frames = await framesOf(await helloM4a());
  const target = new BufferTarget();
  const format = new Mp4OutputFormat({ fastStart: false });
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource("aac");
  output.addAudioTrack(source);
  await output.start();
  const decoderConfig = {
    codec: "mp4a.40.2",
    numberOfChannels: 1,
    sampleRate: 16_000,
    description: config,
  };
  const seconds = 1_024 / 16_000;
  for (const [at, frame] of frames.entries()) {
    const data = change(new Uint8Array(frame), at);
    const packet = new EncodedPacket(data, "key", at * seconds, seconds);
    await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

async function framesOf(mp4: Uint8Array<ArrayBuffer>): Promise<Uint8Array[]> {
  using input = new Input({
    source: new BufferSource(mp4),
    formats: ALL_FORMATS,
  });
  const track = await input.getPrimaryAudioTrack();
  const frames: Uint8Array[] = [];
  for await (const { data } of new EncodedPacketSink(track!).packets()) {
    frames.push(data);
  }
  return frames;
}

const FILL = "110", END = "111";

/** The frame of an HE-AAC with this one as its core: before its end, an element with the upper half. */
export function withUpperHalf(frame: Uint8Array): Uint8Array {
  const bits = [...frame].map((byte) => byte.toString(2).padStart(8, "0"))
    .join("").replace(/0*$/, "");
  const upper = "1101" + "10110100".repeat(8) + "0000"; // SBR, of nine bytes
  const whole = bits.slice(0, -END.length) + FILL + "1001" + upper + END;
  const bytes = whole.padEnd(Math.ceil(whole.length / 8) * 8, "0");
  return Uint8Array.from(
    bytes.match(/.{8}/g) ?? [],
    (byte) => parseInt(byte, 2),
  );
}
