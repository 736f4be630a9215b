import { assert, assertEquals } from "@std/assert";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import { Stretches, stretchesOf } from "./stretches.ts";

const LOUD = 1_000;
const indexes = (pcm: Int16Array, loud = LOUD) =>
  [...pcm.keys()].filter((at) => Math.abs(pcm[at]) > loud);

Deno.test("sentences with pauses between them are a stretch each, at their times", async () => {
  const one = pcmOf(await speak("hello how are you doing today"));
  const pcm = joinPcm(1, one, 1, one, 1);
  const found = stretchesOf(pcm);
  assertEquals(found.length, 2);
  const begins = [1, 2 + one.length / 16_000];
  found.forEach(({ start }, i) =>
    assert(Math.abs(start / 16_000 - begins[i]) < 0.5, `${start}`)
  );
});

Deno.test("nothing loud is lost or heard twice, however long and in whatever pieces", async () => {
  const one = pcmOf(await speak("please send me the report before noon"));
  const pcm = joinPcm(0.2, one, one, one, 0.7, one, one, 0.1, one);
  const loud = indexes(pcm);
  for (const [seconds, piece] of [[25, 1_600], [4, 1], [2, 7_777], [1, 320]]) {
    const cutter = new Stretches(seconds);
    const found = [];
    for (let at = 0; at < pcm.length; at += piece) {
      found.push(...cutter.push(pcm.subarray(at, at + piece)));
    }
    const last = cutter.end();
    if (last) found.push(last);
    const heard = found.flatMap(({ start, pcm }) =>
      indexes(pcm).map((at) => at + start)
    );
    assertEquals(heard, loud, `${seconds} s in pieces of ${piece}`);
    for (const { pcm } of found) assert(pcm.length <= seconds * 16_000);
  }
});

Deno.test("a quiet room and a steady hum are no speech, and speech above the hum is", async () => {
  assertEquals(stretchesOf(joinPcm(5)), []);
  const hum = Int16Array.from(
    { length: 16_000 * 8 },
    (_, i) => 300 * Math.sin(i / 20),
  );
  const words = pcmOf(await speak("thank you very much"));
  const over = hum.map((value, i) => value + (words[i - 16_000 * 5] ?? 0));
  const [last] = stretchesOf(over).slice(-1);
  assert(last.start / 16_000 > 4, "the hum was learned");
  assertEquals(stretchesOf(new Int16Array()), []);
});

Deno.test("whoever speaks in a room that hisses or hums loses nothing that is loud", async () => {
  const one = pcmOf(await speak("we meet at nine in the bakery"));
  // Some of it is said softly.
  const soft = one.map((value) => value * 0.6);
  const clean = joinPcm(3, one, soft, soft, soft, 2, soft, 2);
  const energy = one.reduce((sum, value) => sum + value * value, 0);
  const rms = Math.sqrt(energy / one.length);
  let seed = 5;
  const random = () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647;
  // Each has the loudness of 1 on the whole.
  const noises = [
    () => (random() - 0.5) * Math.sqrt(12),
    (i: number) => Math.sin(i / 25) * Math.SQRT2,
  ];
  for (const noise of noises) {
    // 10 dB under the speech.
    const pcm = clean.map((value, i) => value + noise(i) * rms / 3.16);
    const found = stretchesOf(pcm);
    const lost = indexes(clean, rms).filter((at) =>
      !found.some(({ start, pcm }) => at >= start && at < start + pcm.length)
    );
    assertEquals(lost.length, 0);
  }
});
