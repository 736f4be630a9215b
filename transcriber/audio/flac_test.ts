import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { decodeAudio } from "./decode.ts";
import { audioTooLong } from "./errors.ts";

const signal = new AbortController().signal;
const without = { signal, ffmpeg: "/nonexistent/ffmpeg" };

const CHANNELS: Record<string, number> = { mono: 1, stereo: 2, six: 6 };

/** FLAC with verbatim samples (RFC 9639 §9.2.3), as no encoder would make it, but each must read. */
function flacFile(
  signal: number[],
  { rate, channels, counted = true }: {
    rate: number;
    channels: number;
    counted?: boolean;
  },
): Uint8Array<ArrayBuffer> {
  const frames: number[][] = [];
  for (let at = 0; at < signal.length; at += BLOCK) {
    frames.push(
      frame(signal.slice(at, at + BLOCK), frames.length, { rate, channels }),
    );
  }
  const total = counted ? signal.length : 0;
  const info = [
    ...[BLOCK >> 8, BLOCK & 255, BLOCK >> 8, BLOCK & 255],
    ...[0, 0, 0, 0, 0, 0],
    ...[rate >> 12, rate >> 4 & 255],
    (rate & 15) << 4 | channels - 1 << 1 | 0,
    ...[15 << 4, total >> 24 & 255, total >> 16 & 255, total >> 8 & 255],
    total & 255,
    ...Array(16).fill(0),
  ];
  return new Uint8Array([
    ...new TextEncoder().encode("fLaC"),
    ...[0x80, 0, 0, info.length],
    ...info,
    ...frames.flat(),
  ]);
}

const BLOCK = 1_024;

/** How a frame says its hertz. */
const RATE_CODES: Record<number, number> = { 8_000: 4, 16_000: 5, 96_000: 11 };

function frame(
  samples: number[],
  index: number,
  { rate, channels }: { rate: number; channels: number },
): number[] {
  const head = [0xff, 0xf8, 0x70 | RATE_CODES[rate], channels - 1 << 4 | 8];
  head.push(...coded(index));
  head.push(samples.length - 1 >> 8, samples.length - 1 & 255);
  head.push(sum(head, 8, 0x07));
  const one = [
    0x02,
    ...samples.flatMap((value) => [value >> 8 & 255, value & 255]),
  ];
  const body = [...head, ...Array.from({ length: channels }, () => one).flat()];
  const check = sum(body, 16, 0x8005);
  return [...body, check >> 8, check & 255];
}

/** Numbers as in UTF-8, which is how frames are counted. */
const coded = (index: number) =>
  index < 128 ? [index] : [0xc0 | index >> 6, 0x80 | index & 63];

/** A cyclic redundancy check. */
function sum(bytes: number[], width: number, polynomial: number): number {
  const top = 1 << width - 1;
  return bytes.reduce((check, byte) => {
    check ^= byte << width - 8;
    for (let bit = 0; bit < 8; bit++) {
      check = check & top ? check << 1 ^ polynomial : check << 1;
    }
    return check & 2 ** width - 1;
  }, 0);
}

const tone = (seconds: number, rate: number) =>
  Array.from(
    { length: seconds * rate },
    (_, i) => Math.round(9_000 * Math.sin(2 * Math.PI * 440 * i / rate)),
  );

for (const rate of [8_000, 16_000, 96_000]) {
  for (const [name, channels] of Object.entries(CHANNELS)) {
    Deno.test(`FLAC of ${rate} Hz, ${name}, is decoded without ffmpeg`, async () => {
      const file = flacFile(tone(1, rate), { rate, channels });
      const { pcm, duration, format, cut } = await decodeAudio(file, without);
      assertEquals([format, cut], ["flac", false]);
      assertAlmostEquals(duration, 1, 0.02);
      assertAlmostEquals(Math.max(...pcm), 9_000, 400);
    });
  }
}

Deno.test("FLAC cut anywhere keeps what came and says so, or is refused", async () => {
  for (const counted of [true, false]) {
    const file = flacFile(tone(1, 8_000), {
      rate: 8_000,
      channels: 1,
      counted,
    });
    let kept = 0;
    for (let length = 4; length < file.length; length += 97) {
      try {
        const { cut, duration } = await decodeAudio(
          file.slice(0, length),
          without,
        );
        // Between two frames a file that does not count cannot be told from a whole one.
        assert(cut || !counted, `cut at ${length}`);
        assert(duration < 1);
        kept++;
      } catch (error) {
        assert(error instanceof ApiError && error.code === "audio-broken");
      }
    }
    assert(kept > 100, `${kept} kept`);
  }
});

Deno.test("FLAC that is too long is left as soon as it is, and what is none is broken", async () => {
  const long = flacFile(tone(3, 8_000), { rate: 8_000, channels: 1 });
  const error = await assertRejects(
    () => decodeAudio(long, { ...without, maxSeconds: 2 }),
    ApiError,
  );
  assertEquals(error.code, audioTooLong().code);
  const junk = new Uint8Array(50_000).map((_, i) => i * 31 % 256);
  junk.set(new TextEncoder().encode("fLaC"));
  const broken = await assertRejects(
    () => decodeAudio(junk, without),
    ApiError,
  );
  assertEquals(broken.code, "audio-broken");
});
