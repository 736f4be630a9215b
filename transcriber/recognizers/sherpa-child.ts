/**
 * Holds a sherpa-onnx model, in a process of its own: a model the library cannot read makes it
 * abort, and takes its process along. Arguments: the four files of the model, as JSON.
 */
import sherpa from "sherpa-onnx-node";
import { SAMPLE_RATE } from "./recognizer.ts";
import type { SherpaModel } from "./sherpa-model.ts";
import { decodePcm, messages, say, type ToChild } from "./sherpa-protocol.ts";
import { type SherpaResult, sherpaText, sherpaWords } from "./sherpa-words.ts";

/** The part of `sherpa-onnx-node` used here; the package has no types. */
interface OnlineStream {
  acceptWaveform(audio: { samples: Float32Array; sampleRate: number }): void;
  inputFinished(): void;
}
interface OnlineRecognizer {
  createStream(): OnlineStream;
  isReady(stream: OnlineStream): boolean;
  decode(stream: OnlineStream): void;
  isEndpoint(stream: OnlineStream): boolean;
  reset(stream: OnlineStream): void;
  getResult(stream: OnlineStream): SherpaResult;
}

/** Seconds of silence after which a sentence is settled: nothing said, and after words. */
const TRAILING = { silence: 2.4, words: 0.8, longest: 30 };

function load(model: SherpaModel): OnlineRecognizer {
  const { tokens, ...transducer } = model;
  return new sherpa.OnlineRecognizer({
    featConfig: { sampleRate: SAMPLE_RATE, featureDim: 80 },
    modelConfig: { transducer, tokens, numThreads: 1, provider: "cpu" },
    enableEndpoint: true,
    rule1MinTrailingSilence: TRAILING.silence,
    rule2MinTrailingSilence: TRAILING.words,
    rule3MinUtteranceLength: TRAILING.longest,
  });
}

/** One conversation with the model. */
class Hearing {
  #recognizer: OnlineRecognizer;
  #stream: OnlineStream;
  #id: number;
  #samples = 0;
  #partial = "";

  constructor(recognizer: OnlineRecognizer, id: number) {
    this.#recognizer = recognizer;
    this.#stream = recognizer.createStream();
    this.#id = id;
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
    say({ type: "update", id: this.#id, update: { type: "partial", text } });
  }

  #settle(): void {
    const words = this.#words();
    this.#recognizer.reset(this.#stream);
    this.#partial = "";
    if (words.length === 0) return;
    const text = sherpaText(words);
    const update = { type: "final", text, words } as const;
    say({ type: "update", id: this.#id, update });
  }
}

const recognizer = load(JSON.parse(Deno.args[0]));
const hearings = new Map<number, Hearing>();
say({ type: "ready" });
for await (const message of messages<ToChild>(Deno.stdin.readable)) {
  const { id } = message;
  if (message.type === "open") hearings.set(id, new Hearing(recognizer, id));
  if (message.type === "close") hearings.delete(id);
  if (message.type === "audio") hearings.get(id)?.hear(decodePcm(message.pcm));
  if (message.type === "finish") hearings.get(id)?.finish();
  if (message.type === "audio" || message.type === "finish") {
    say({ type: "done", id });
  }
}
