import { fileURLToPath } from "node:url";
import type { Logger } from "../../../realtime/common/log-line.ts";
import { type Lease, Pool } from "../pool.ts";
import {
  assertUsable,
  type RecognitionStream,
  type Recognizer,
  recognizerBusy,
  recognizerOff,
  type RecognizerStatus,
  SAMPLE_RATE,
  type StreamOptions,
  type TranscribeOptions,
  type Transcription,
  type Word,
} from "../recognizer.ts";
import { detects } from "./languages.ts";
import { findModel, type SherpaModel } from "./model.ts";
import { SherpaProcess } from "./process.ts";
import { SherpaStream } from "./stream.ts";

export interface SherpaOptions {
  /** Folder with a model; see `findModel`. */
  modelDir: string;
  /** The languages the model knows. */
  languages: string[];
  log: Logger;
  /** Conversations the child holds at a time. */
  streams?: number;
  backoffMs?: number;
  maxBackoffMs?: number;
  patienceMs?: number;
  /** What to run for a model; by default this Deno with `child.ts`. */
  command?: (model: SherpaModel) => string[];
}

/** A sherpa-onnx model in a child process, so that speech never leaves the house. */
export class Sherpa implements Recognizer {
  readonly name = "sherpa-onnx";
  readonly languages: readonly string[];
  /** Models that take whole stretches write numbers; those that hear along write bare words. */
  readonly writes: boolean;
  readonly detects: boolean;
  #process: SherpaProcess | null = null;
  #missing = "";
  #pool: Pool<null>;
  #patienceMs: number;

  constructor(options: SherpaOptions) {
    const { modelDir, patienceMs = 60_000, command = childOf } = options;
    this.languages = options.languages;
    this.#patienceMs = patienceMs;
    this.#pool = new Pool({
      create: () => Promise.resolve(null),
      destroy: () => {},
      size: options.streams ?? 4,
      maxWaiting: 8,
      maxWaitMs: 30_000,
      idleMs: 60_000,
      busy: recognizerBusy,
    });
    const model = findModel(modelDir, options.languages);
    this.writes = typeof model !== "string" && !model.streaming;
    this.detects = typeof model !== "string" &&
      detects(model, options.languages);
    if (typeof model === "string") this.#missing = model;
    else {
      this.#process = new SherpaProcess({
        command: () => command(model),
        log: options.log,
        backoffMs: options.backoffMs ?? 1_000,
        maxBackoffMs: options.maxBackoffMs ?? 60_000,
        patienceMs,
      });
    }
  }

  status(): RecognizerStatus {
    const reason = this.#process ? this.#process.problem : this.#missing;
    return reason === null ? { state: "ready" } : { state: "off", reason };
  }

  supports(language: string): boolean {
    return this.languages.some((tag) => baseOf(tag) === baseOf(language));
  }

  waiting(): number {
    return this.#pool.waiting;
  }

  async transcribe(
    pcm: Int16Array,
    options: TranscribeOptions,
  ): Promise<Transcription> {
    const words: Word[] = [];
    const texts: string[] = [];
    const stream = await this.start({
      ...options,
      onUpdate: (update) => {
        if (update.type !== "final") return;
        words.push(...update.words);
        texts.push(update.text);
      },
    });
    try {
      await stream.feed(pcm);
      await stream.finish();
    } finally {
      await stream.close();
    }
    const duration = pcm.length / SAMPLE_RATE;
    return { text: texts.join(" "), words, duration };
  }

  async start(options: StreamOptions): Promise<RecognitionStream> {
    const child = this.#process;
    if (!child) throw recognizerOff();
    await child.ready();
    assertUsable(this, options.language);
    const lease: Lease<null> = await this.#pool.acquire(options.signal);
    const told = options.detect && this.detects
      ? undefined
      : baseOf(options.language);
    return new SherpaStream(child, lease, options, this.#patienceMs, told);
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#process?.stop();
  }
}

const baseOf = (tag: string) => tag.toLowerCase().split("-")[0];

const childOf = (model: SherpaModel): string[] => [
  Deno.execPath(),
  ..."run --no-prompt --allow-ffi --allow-read --allow-env --allow-sys".split(
    " ",
  ),
  fileURLToPath(new URL("./child.ts", import.meta.url)),
  JSON.stringify(model),
];
