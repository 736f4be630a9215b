import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { helloMp3, MP3_FRAME, mp3File } from "../testing/mp3.ts";
import { pcmOf, speak } from "../testing/speech.ts";
import { decodeAudio } from "./decode.ts";
import { decodeMp3 } from "./mp3.ts";
import { mp3Frames } from "./mp3-frames.ts";

const signal = new AbortController().signal;
const without = { signal, ffmpeg: "/nonexistent/ffmpeg" };
const spoken = pcmOf(await speak("hello how are you doing today"));

/** How alike two recordings are at best, shifted by up to an eighth of a second: 1 for the same. */
function likeness(one: Int16Array, other: Int16Array): number {
  const energy = (pcm: Int16Array) =>
    Math.sqrt(pcm.reduce((sum, value) => sum + value * value, 0));
  let best = 0;
  for (let shift = 0; shift < 2_000; shift += 4) {
    let product = 0;
    for (let i = 0; i < one.length; i++) {
      product += one[i] * (other[i + shift] ?? 0);
    }
    best = Math.max(best, product);
  }
  return best / energy(one) / energy(other);
}

Deno.test("an MP3 is decoded without ffmpeg, tags around it or not", async () => {
  const mp3 = await helloMp3();
  const tag = [...new TextEncoder().encode("ID3\x04\0\0\0\0\x01\x00")];
  const tagged = new Uint8Array([
    ...[...tag, ...new Uint8Array(128)],
    ...[...mp3, ...new TextEncoder().encode("TAG"), ...new Uint8Array(125)],
  ]);
  for (const file of [mp3, tagged]) {
    const { pcm, cut, format } = await decodeAudio(file, without);
    assertEquals([cut, format], [false, "mpeg"]);
    assertAlmostEquals(pcm.length / spoken.length, 1, 0.08);
    assert(likeness(spoken, pcm) > 0.9);
  }
});

Deno.test("of an MP3 with noise in it, what can be read is", async () => {
  const mp3 = await helloMp3();
  const frames = [...mp3Frames(mp3)];
  const [, , { at }] = frames;
  const noise = new Uint8Array(5_000).fill(0xff);
  const damaged = new Uint8Array([
    ...[...mp3.slice(0, at), ...noise, ...mp3.slice(at)],
  ]);
  assertEquals([...mp3Frames(damaged)].length, frames.length);
  const { pcm } = await decodeAudio(damaged, without);
  assert(likeness(spoken, pcm) > 0.9);
});

Deno.test("frames of another kind, free lengths and halves are left out", () => {
  const plain = mp3File(4);
  const other = mp3File(4);
  for (let at = 0; at < other.length; at += MP3_FRAME) other[at + 2] = 0x44;
  const free = new Uint8Array(4_000);
  for (let at = 0; at < free.length; at += 4) {
    free.set([0xff, 0xfb, 0, 0x64], at);
  }
  const mixed = new Uint8Array([
    ...plain,
    ...other,
    ...free,
    ...plain.slice(0, -1),
  ]);
  const found = [...mp3Frames(mixed)];
  assertEquals(new Set(found.map(({ kind }) => kind)).size, 1);
  assertEquals(found.length, 4 + 3);
  assertEquals([...mp3Frames(free)], []);
});

Deno.test("ten megabytes that look like frames everywhere are looked at once", async () => {
  const bytes = new Uint8Array(10 * 1024 * 1024);
  const heads = [[0xff, 0xfb, 0, 0x64], [0xff, 0xfb, 0x90, 0x64], [
    0xff,
    0xff,
    0xff,
    0xff,
  ]];
  for (const head of heads) {
    for (let at = 0; at < bytes.length; at += 4) bytes.set(head, at);
    assertEquals(await decodeMp3(bytes, { maxSeconds: 300, signal }), null);
  }
});
