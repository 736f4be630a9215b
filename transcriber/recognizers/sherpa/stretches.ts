import { SAMPLE_RATE } from "../recognizer.ts";
import type { Hearing, Tell } from "./protocol.ts";
import { type SherpaResult, stretchText, stretchWords } from "./words.ts";
import { type Stretch, Stretches } from "../stretches.ts";
import { sentence } from "../words.ts";

/** The part of `sherpa-onnx-node` used here; the package has no types. */
interface OfflineStream {
  acceptWaveform(audio: { samples: Float32Array; sampleRate: number }): void;
}
export interface OfflineRecognizer {
  createStream(): OfflineStream;
  decode(stream: OfflineStream): void;
  getResult(stream: OfflineStream): SherpaResult;
  setConfig(config: unknown): void;
}

/** Seconds before the first guess, 0.3 of quiet included; the time between guesses then grows. */
const FIRST_GUESS = 0.6;
const LATER = 1.6;
/** A machine that takes more of a second than this for a second of speech does not guess. */
const SLOW = 0.3;

/** One conversation with a model that takes whole stretches of speech: Whisper and its like. */
export class StretchHearing implements Hearing {
  #recognizer: OfflineRecognizer;
  #tell: Tell;
  #settings: unknown;
  #stretches = new Stretches();
  #guessAt = FIRST_GUESS;
  #partial = "";
  /** Seconds the last second of speech took. */
  #pace = 0;

  /** @param settings those of the model in the language that is spoken, where it is told that */
  constructor(recognizer: OfflineRecognizer, tell: Tell, settings?: unknown) {
    this.#recognizer = recognizer;
    this.#tell = tell;
    this.#settings = settings;
  }

  hear(pcm: Int16Array): void {
    for (const stretch of this.#stretches.push(pcm)) this.#settle(stretch);
    this.#guess();
  }

  finish(): void {
    const last = this.#stretches.end();
    if (last) this.#settle(last);
  }

  #decode(pcm: Int16Array): SherpaResult {
    const began = performance.now();
    // One recogniser serves everybody, each in a language of their own.
    if (this.#settings) this.#recognizer.setConfig(this.#settings);
    const stream = this.#recognizer.createStream();
    const samples = Float32Array.from(pcm, (value) => value / 32_768);
    stream.acceptWaveform({ samples, sampleRate: SAMPLE_RATE });
    this.#recognizer.decode(stream);
    const took = (performance.now() - began) / 1_000;
    this.#pace = took / (pcm.length / SAMPLE_RATE);
    return this.#recognizer.getResult(stream);
  }

  #guess(): void {
    const open = this.#stretches.open();
    const seconds = (open?.pcm.length ?? 0) / SAMPLE_RATE;
    if (!open || seconds < this.#guessAt || this.#pace > SLOW) return;
    this.#guessAt = seconds * LATER;
    const text = sentence([stretchText(this.#decode(open.pcm))]);
    if (text === "" || text === this.#partial) return;
    this.#partial = text;
    this.#tell({ type: "partial", text });
  }

  #settle({ pcm, start }: Stretch): void {
    this.#guessAt = FIRST_GUESS;
    this.#partial = "";
    const result = this.#decode(pcm);
    const text = sentence([stretchText(result)]);
    if (text === "") return;
    const from = start / SAMPLE_RATE;
    const words = stretchWords(result, pcm.length / SAMPLE_RATE)
      .map((word) => ({
        ...word,
        start: word.start + from,
        end: word.end + from,
      }));
    const until = (start + pcm.length) / SAMPLE_RATE;
    this.#tell({ type: "final", text, words, until });
  }
}
