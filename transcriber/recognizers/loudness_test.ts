import { assertEquals } from "@std/assert";
import { noises } from "../testing/noises.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import { Loudness } from "./loudness.ts";

const SOUNDS = noises();

const wordFrom = (start: number, end: number) => [
  { word: "up", start, end, confidence: 1 },
];

/** Whether all of a sound could be speech, given in pieces of any length. */
function isOfSpeech(pcm: Int16Array, from = 0, to = pcm.length / 16_000) {
  const loudness = new Loudness();
  for (let at = 0; at < pcm.length; at += 777) {
    loudness.take(pcm.subarray(at, at + 777));
  }
  return loudness.isOfSpeech(wordFrom(from, to));
}

Deno.test("what sounds on is not taken for speech", () => {
  const steady =
    /^(white|pink|brown) noise|^hum|^a fan|^an organ's|^a melody|^a whistle \d|^a siren|^a wail \d/;
  const sounds = SOUNDS.filter(([name]) => steady.test(name));
  assertEquals(sounds.length, 33);
  const taken = sounds.filter(([, pcm]) => isOfSpeech(pcm));
  assertEquals(taken.map(([name]) => name), []);
});

Deno.test("speech is, short, quiet and in hiss", async () => {
  const refused: string[] = [];
  for (const text of ["Yes.", "no no no", "The report is on the table."]) {
    const pcm = joinPcm(0.5, pcmOf(await speak(text)), 0.5);
    const quiet = pcm.map((value) => value / 20);
    const [, hiss] = SOUNDS[0];
    const hissing = pcm.map((value, i) => value + hiss[i % hiss.length]);
    for (const [how, one] of Object.entries({ pcm, quiet, hissing })) {
      if (!isOfSpeech(one)) refused.push(`${text} ${how}`);
    }
  }
  assertEquals(refused, []);
});

Deno.test("words are judged by the sound at their time, and by nothing before", () => {
  const hum = SOUNDS.find(([name]) => name === "hum 2")![1];
  // The fan that was switched on a second ago moved the loudness then.
  const on = joinPcm(1, hum);
  assertEquals(isOfSpeech(on, 2, 3), false);
  const loudness = new Loudness();
  loudness.take(joinPcm(1, hum));
  loudness.forget();
  loudness.take(hum);
  assertEquals(loudness.isOfSpeech(wordFrom(4.5, 6)), false);
});
