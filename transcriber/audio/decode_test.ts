import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { helloM4a } from "../testing/aac.ts";
import { firefoxFile } from "../testing/firefox.ts";
import { helloMp3, MP3_FRAME, mp3File } from "../testing/mp3.ts";
import { partOf } from "./cut.ts";
import { opusFile, tone, wavFile, type WavShape } from "../testing/files.ts";
import { decodeAudio } from "./decode.ts";
import { playable } from "./playable.ts";
import { toInt16 } from "./samples.ts";

const signal = new AbortController().signal;
const ffmpeg = "/nonexistent/ffmpeg";
const voice = toInt16(tone(440, 1, 16_000));

/** The status and code a recording is refused with. */
async function refusal(bytes: Uint8Array, maxSeconds?: number) {
  try {
    await decodeAudio(bytes, { signal, ffmpeg, maxSeconds });
    return "accepted";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `${error.status} ${error.code}`;
  }
}

const shapes: WavShape[] = [
  { rate: 16_000, bits: 8 },
  { rate: 16_000, bits: 16 },
  { rate: 44_100, bits: 16, channels: 2 },
  { rate: 48_000, bits: 24 },
  { rate: 8_000, bits: 32 },
  { rate: 48_000, bits: "float", channels: 2 },
];

for (const shape of shapes) {
  const { rate, bits, channels = 1 } = shape;
  Deno.test(`WAV of ${bits} bits, ${rate} Hz, ${channels} channel(s) is decoded`, async () => {
    const bytes = wavFile(tone(440, 1, rate), shape);
    const { pcm, format, duration } = await decodeAudio(bytes, { signal });
    assertEquals(format, "wav");
    assertAlmostEquals(duration, 1, 0.001);
    const errors = pcm.slice(4_000, 12_000)
      .map((value, i) => Math.abs(value - voice[4_000 + i]));
    assert(Math.max(...errors) < 400, `off by ${Math.max(...errors)}`);
  });
}

for (const container of ["webm", "ogg", "mp4"] as const) {
  Deno.test(`Opus in ${container} is decoded`, async () => {
    const bytes = await opusFile(voice, container);
    const { pcm, format, duration } = await decodeAudio(bytes, { signal });
    assertEquals(format, container);
    assertAlmostEquals(duration, 1, 0.03);
    const peak = pcm.reduce((most, value) => Math.max(most, value), 0);
    assertAlmostEquals(peak / 32_767, 0.5, 0.1);
  });

  Deno.test(`${container} cut short or damaged is refused, wherever`, async () => {
    const bytes = await opusFile(voice, container);
    for (const part of [0.1, 0.3, 0.5, 0.77, 0.95]) {
      const cut = bytes.slice(0, Math.floor(bytes.length * part));
      assertEquals(await refusal(cut), "422 audio-broken", `${part}`);
    }
  });

  Deno.test(`${container} longer than allowed is refused`, async () => {
    const bytes = await opusFile(voice, container);
    assertEquals(await refusal(bytes, 0.5), "413 audio-too-long");
  });
}

Deno.test("what is no recording is refused with its reason", async () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const good = wavFile(tone(440, 1, 16_000), { rate: 16_000, bits: 16 });
  const silent = wavFile(new Float32Array(16_000), { rate: 16_000, bits: 16 });
  const hiss = wavFile(
    Float32Array.from({ length: 16_000 }, (_, i) => (i % 2 - 0.5) / 500),
    { rate: 16_000, bits: 16 },
  );
  const slow = wavFile(tone(440, 1, 16_000), { rate: 1, bits: 16 });
  const webmHead = (await opusFile(voice, "webm")).slice(0, 36);
  const cases: [string, Uint8Array, string][] = [
    ["empty", new Uint8Array(), "400 audio-empty"],
    ["too large", new Uint8Array(25 * 1024 * 1024 + 1), "413 audio-too-large"],
    ["text", text("hello how are you"), "415 audio-format"],
    ["HTML", text("<!doctype html>"), "415 audio-format"],
    ["a playlist", text("#EXTM3U\nfile:///etc/passwd"), "415 audio-format"],
    ["zeros", new Uint8Array(1_000), "415 audio-format"],
    ["one byte", new Uint8Array([0x1a]), "415 audio-format"],
    ["only a head of WebM", webmHead, "422 audio-broken"],
    ["WAV cut short", good.slice(0, 20_000), "422 audio-broken"],
    ["WAV without sound", good.slice(0, 44), "422 audio-broken"],
    ["WAV at 1 Hz", slow, "413 audio-too-long"],
    ["garbage after OggS", text("OggS" + "x".repeat(99)), "422 audio-broken"],
    ["silence", silent, "422 audio-silent"],
    ["the hiss of a muted microphone", hiss, "422 audio-silent"],
    ["FLAC without sound", text("fLaC" + "x".repeat(99)), "422 audio-broken"],
    ["MP3 without ffmpeg", text("ID3" + "x".repeat(99)), "415 audio-format"],
  ];
  for (const [title, bytes, expected] of cases) {
    assertEquals(await refusal(bytes), expected, title);
  }
});

Deno.test("a long WAV file is refused by its head, before it is decoded", async () => {
  const hours = wavFile(new Float32Array(4_000 * 301), {
    rate: 4_000,
    bits: 8,
  });
  assertEquals(await refusal(hours), "413 audio-too-long");
});

Deno.test("PCM of any rate and up to eight channels is heard, and of more it is refused", async () => {
  for (const rate of [8_000, 44_100, 96_000]) {
    for (const channels of [1, 2, 6, 8]) {
      const wav = wavFile(tone(440, 1, rate), { rate, bits: 16, channels });
      const { pcm } = await decodeAudio(wav, { signal, ffmpeg });
      assertAlmostEquals(pcm.length / 16_000, 1, 0.01);
      const peak = pcm.reduce((most, value) => Math.max(most, value), 0);
      assert(peak > 3_000, `${rate} ${channels}: ${peak}`);
    }
  }
  const many = wavFile(tone(440, 1, 8_000), {
    rate: 8_000,
    bits: 16,
    channels: 9,
  });
  assertEquals(await refusal(many), "415 audio-format");
});

Deno.test("five hours that are announced, and one second that is sent, end in an answer", async () => {
  const hours = 5 * 3_600;
  const wav = wavFile(tone(440, 1, 16_000), { rate: 16_000, bits: 16 });
  const size = new DataView(wav.buffer);
  size.setUint32(4, hours * 32_000 + 36, true);
  size.setUint32(40, hours * 32_000, true);
  assertEquals(await refusal(wav), "422 audio-broken");
  const mp3 = mp3File(30, { counted: true });
  new DataView(mp3.buffer).setUint32(21, hours * 28);
  new DataView(mp3.buffer).setUint32(25, hours * 28 * MP3_FRAME);
  assertEquals(partOf(mp3, "mpeg").cut, true);
  // Of those with an index the head says how long they are, in eight bytes behind the id 0x4489.
  const webm = await playable(await opusFile(voice, "webm"), "webm");
  const at = webm.findIndex((byte, i) =>
    byte === 0x44 && webm[i + 1] === 0x89 && webm[i + 2] === 0x88
  );
  assert(at >= 0);
  new DataView(webm.buffer).setFloat64(at + 3, hours * 1_000);
  assertEquals(await refusal(webm), "413 audio-too-long");
});

Deno.test("every format, cut at every length, ends in an answer", async () => {
  const short = toInt16(tone(440, 0.1, 16_000));
  const ascii = (text: string) => new TextEncoder().encode(text);
  const files: [string, Uint8Array][] = [
    ["webm", await opusFile(short, "webm")],
    ["firefox", await firefoxFile(short, { unknownClusters: true })],
    ["mp4", await opusFile(short, "mp4")],
    ["aac", await helloM4a()],
    ["wav", wavFile(tone(440, 0.02, 16_000), { rate: 16_000, bits: 16 })],
    ["ogg", await opusFile(short, "ogg")],
    ["flac", new Uint8Array([...ascii("fLaC"), ...new Uint8Array(60)])],
    ["mp3", (await helloMp3()).slice(0, 1_500)],
    ["silent mp3", mp3File(3)],
    [
      "id3",
      new Uint8Array([...ascii("ID3\x04\0\0\0\0\x7f\x7f"), ...mp3File(1)]),
    ],
  ];
  for (const [name, file] of files) {
    for (let length = 0; length <= file.length; length++) {
      const answer = await refusal(file.slice(0, length));
      const isWhole = length === file.length;
      // Between two elements of a segment without a size, nothing tells that WebM was cut.
      if (isWhole || name !== "mp4") continue;
      assert(answer !== "accepted", `${name} of ${length} bytes`);
    }
  }
});

Deno.test("numbers a WAV head may say falsely are corrected or refused", async () => {
  const with16 = (at: number, value: number) => {
    const wav = wavFile(tone(440, 1, 16_000), { rate: 16_000, bits: 16 });
    new DataView(wav.buffer).setUint16(at, value, true);
    return wav;
  };
  const with32 = (...values: [at: number, value: number][]) => {
    const wav = wavFile(tone(440, 1, 16_000), { rate: 16_000, bits: 16 });
    for (const [at, value] of values) {
      new DataView(wav.buffer).setUint32(at, value, true);
    }
    return wav;
  };
  for (const size of [0, 0xffffffff]) {
    const piped = with32([4, size], [40, size]);
    const { duration } = await decodeAudio(piped, { signal });
    assertEquals(duration, 1, `sizes of ${size}`);
  }
  assertEquals(await refusal(with16(32, 0)), "accepted", "block of 0 bytes");
  assertEquals(await refusal(with16(22, 0)), "422 audio-broken", "0 channels");
  assertEquals(await refusal(with16(34, 0)), "422 audio-broken", "0 bits");
  assertEquals(await refusal(with32([16, 0xffffffff])), "422 audio-broken");
  assertEquals(await refusal(with16(20, 2)), "415 audio-format", "ADPCM");
});

Deno.test("stereo whose channels cancel each other is heard", async () => {
  const wav = wavFile(tone(440, 1, 16_000), {
    rate: 16_000,
    bits: 16,
    channels: 2,
  });
  const view = new DataView(wav.buffer);
  for (let at = 44; at < wav.length; at += 4) {
    view.setInt16(at + 2, -view.getInt16(at, true), true);
  }
  const { pcm } = await decodeAudio(wav, { signal });
  const peak = pcm.reduce((most, value) => Math.max(most, value), 0);
  assertAlmostEquals(peak / 32_767, 0.5, 0.01);
});

Deno.test("a recording of Firefox is decoded", async () => {
  for (const unknownClusters of [false, true]) {
    const file = await firefoxFile(voice, { unknownClusters });
    const { duration, cut } = await decodeAudio(file, { signal });
    assertAlmostEquals(duration, 1, 0.03);
    assertEquals(cut, false);
  }
  const silence = await firefoxFile(new Int16Array(16_000));
  assertEquals(await refusal(silence), "422 audio-silent");
});

Deno.test("damage never ends in anything but an answer", async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = seed * 48_271 % 2_147_483_647;
    return seed % below;
  };
  const files = [
    await opusFile(voice, "webm"),
    await opusFile(voice, "ogg"),
    await opusFile(voice, "mp4"),
    await firefoxFile(voice),
    wavFile(tone(440, 0.1, 16_000), { rate: 16_000, bits: 16 }),
  ];
  for (const file of files) {
    for (let round = 0; round < 60; round++) {
      const damaged = file.slice();
      for (let n = 0; n < 8; n++) {
        // Mostly in the head, where sizes and counts are.
        const at = random(n % 2 === 0 ? 200 : damaged.length);
        damaged[at] = random(256);
      }
      await refusal(damaged); // throws whatever is no answer
    }
  }
});
