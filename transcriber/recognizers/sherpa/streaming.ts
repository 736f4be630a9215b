import { SAMPLE_RATE } from "../recognizer.ts";
import type { Hearing, Tell } from "./protocol.ts";
import { type SherpaResult, sherpaText, sherpaWords } from "./words.ts";

/** The part of `sherpa-onnx-node` used here; the package has no types. */
interface OnlineStream {
  acceptWaveform(audio: { samples: Float32Array; sampleRate: number }): void;
  inputFinished(): void;
}
export interface OnlineRecognizer {
  createStream(): OnlineStream;
  isReady(stream: OnlineStream): boolean;
  decode(stream: OnlineStream): void;
  isEndpoint(stream: OnlineStream): boolean;
  reset(stream: OnlineStream): void;
  getResult(stream: OnlineStream): SherpaResult;
}

/** Seconds of silence after which a sentence is settled: nothing said, and after words. */
const TRAILING = { silence: 2.4, words: 0.8, longest: 30 };

/** How a model that hears while somebody speaks finds the ends of sentences. */
export const ENDPOINTS = {
  enableEndpoint: true,
  rule1MinTrailingSilence: TRAILING.silence,
  rule2MinTrailingSilence: TRAILING.words,
  rule3MinUtteranceLength: TRAILING.longest,
};

/** One conversation with a model that hears while somebody speaks. */
export class StreamingHearing implements Hearing {
  #recognizer: OnlineRecognizer;
  #stream: OnlineStream;
  #tell: Tell;
  #samples = 0;
  #partial = "";

  constructor(recognizer: OnlineRecognizer, tell: Tell) {
    this.#recognizer = recognizer;
    this.#stream = recognizer.createStream();
    this.#tell = tell;
  }

  hear(pcm: Int16Array): void {
    this.#samples += pcm.length;
    const samples = Float32Array.from(pcm, (value) => value / 32_768);
    this.#stream.acceptWaveform({ samples, sampleRate: SAMPLE_RATE });
    this.#decode();
    if (this.#recognizer.isEndpoint(this.#stream)) this.#settle();
    else this.#guess();
  }

  finish(): void {
    // The model looks ahead: without some silence it keeps the last word to itself.
    const samples = new Float32Array(SAMPLE_RATE / 2);
    this.#stream.acceptWaveform({ samples, sampleRate: SAMPLE_RATE });
    this.#stream.inputFinished();
    this.#decode();
    this.#settle();
  }

  #decode(): void {
    while (this.#recognizer.isReady(this.#stream)) {
      this.#recognizer.decode(this.#stream);
    }
  }

  #words() {
    const result = this.#recognizer.getResult(this.#stream);
    return sherpaWords(result, this.#samples / SAMPLE_RATE);
  }

  #guess(): void {
    const text = sherpaText(this.#words());
    if (text === "" || text === this.#partial) return;
    this.#partial = text;
    this.#tell({ type: "partial", text });
  }

  #settle(): void {
    const words = this.#words();
    this.#recognizer.reset(this.#stream);
    this.#partial = "";
    if (words.length === 0) return;
    const until = this.#samples / SAMPLE_RATE;
    this.#tell({ type: "final", text: sherpaText(words), words, until });
  }
}
