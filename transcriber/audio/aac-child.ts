/**
 * Decodes AAC, in a process of its own: the library ends its process where a file makes it panic.
 * Arguments: hertz, and channels. Takes ADTS frames (ISO 13818-7) from stdin, and writes 16-bit samples, channels
 * one after the other. Ends with `UNKNOWN` for what the library does not know.
 */
import { toInt16 } from "./samples.ts";
import { FRAME, UNKNOWN } from "./aac-frames.ts";

/** Frames decoded at once: some ten seconds, so that hours of silence in few bytes stay small. */
const PIECE = 400;

const frames = framesIn(
  new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()),
);
const [rate, channels] = Deno.args.map(Number);
const context = await contextAt(rate);
for (let at = 0; at < frames.length; at += PIECE) {
  // A frame says only half of its sound; the other half is in the one before.
  const before = Math.min(at, 1);
  const piece = frames.slice(at - before, at + PIECE);
  await write(await planesOf(piece), before * FRAME);
}
Deno.exit(0); // the library's threads would go on

async function contextAt(rate: number) {
  try {
    const { OfflineAudioContext } = await import("node-web-audio-api");
    return new OfflineAudioContext(1, 1, rate);
  } catch {
    return Deno.exit(UNKNOWN); // not made for this machine, or a rate beyond the library's
  }
}

/** Where each frame begins and ends is in its head, which our own process wrote. */
function framesIn(adts: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < adts.length;) {
    const [, , , high, middle, low] = adts.subarray(at);
    const length = (high & 3) << 11 | middle << 3 | low >> 5;
    found.push(adts.subarray(at, at + length));
    at += length;
  }
  return found;
}

async function planesOf(piece: Uint8Array[]): Promise<Float32Array[]> {
  try {
    const bytes = await new Blob(piece as Uint8Array<ArrayBuffer>[])
      .arrayBuffer();
    const sound = await context.decodeAudioData(bytes);
    // One that was left out would be words that are missing without a word about it.
    const whole = sound.length === piece.length * FRAME;
    if (!whole || sound.numberOfChannels !== channels) Deno.exit(1);
    return Array.from(
      { length: channels },
      (_, channel) => sound.getChannelData(channel),
    );
  } catch (error) {
    return Deno.exit(/unsupported/.test(String(error)) ? UNKNOWN : 1);
  }
}

/** Writes samples from one on, those of all channels together. */
async function write(planes: Float32Array[], from: number): Promise<void> {
  const channels = planes.map((plane) => toInt16(plane.subarray(from)));
  const together = new Int16Array(channels.length * channels[0].length);
  channels.forEach((channel, at) => {
    for (let i = 0; i < channel.length; i++) {
      together[i * channels.length + at] = channel[i];
    }
  });
  const bytes = new Uint8Array(together.buffer);
  for (let at = 0; at < bytes.length;) {
    at += await Deno.stdout.write(bytes.subarray(at));
  }
}
