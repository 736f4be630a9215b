import { joinPcm, pcmOf, speak } from "./testing/speech.ts";
import { Loudness } from "./recognizers/loudness.ts";
import { PocketSphinx } from "./recognizers/pocketsphinx/pocketsphinx.ts";
const e = new PocketSphinx({ decoders: 1 });
const signal = new AbortController().signal;
const noise = (a: number) => Math.round((Math.random() * 2 - 1) * a);
for (
  const t of [
    "yes",
    "no",
    "ok",
    "hi",
    "stop",
    "one",
    "mm",
    "oh",
    "go",
    "why",
    "please",
    "left right",
    "aaaa",
    "no no",
    "we will meet in the yellow room on monday morning",
    "oh oh oh",
  ]
) {
  const p = pcmOf(await speak(t));
  for (
    const [how, f] of Object.entries({
      plain: (p: Int16Array) => joinPcm(0.5, p, 0.5),
      tight: (p: Int16Array) => p,
      q50: (p: Int16Array) => joinPcm(0.5, p.map((v) => v / 50), 0.5),
      hiss: (p: Int16Array) => joinPcm(0.5, p, 0.5).map((v) => v + noise(600)),
      q20hiss: (p: Int16Array) =>
        joinPcm(0.5, p.map((v) => v / 20), 0.5).map((v) => v + noise(100)),
    })
  ) {
    const x = f(p);
    let r: string;
    try {
      r = (await e.transcribe(x, { language: "en-US", signal })).text;
    } catch (er) {
      r = "!" + (er as any).code;
    }
    console.log(t, how, JSON.stringify(r));
  }
}
