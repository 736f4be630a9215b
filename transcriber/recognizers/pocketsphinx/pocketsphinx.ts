import { ApiError } from "../../http/errors.ts";
import { Decoder } from "./decoder.ts";
import { type Library, modelFiles, openLibrary } from "./library.ts";
import { recogniseRecording } from "./recording.ts";
import { PocketSphinxStream } from "./stream.ts";
import { Pool } from "../pool.ts";
import {
  assertUsable,
  type Recognizer,
  recognizerBusy,
  recognizerOff,
  type RecognizerStatus,
  SAMPLE_RATE,
  type StreamOptions,
  type TranscribeOptions,
  type Transcription,
} from "../recognizer.ts";
import { respelled } from "./hints.ts";
import { sentence } from "../words.ts";

export interface PocketSphinxOptions {
  /** Folder with `en-us/`, `en-us.lm.bin` and `cmudict-en-us.dict`. */
  modelDir?: string;
  /** Recordings and live streams recognised at the same time; about 95 MB each while in use. */
  decoders?: number;
  maxWaiting?: number;
  maxWaitMs?: number;
  /** Milliseconds after which an unused decoder gives its memory back. */
  idleMs?: number;
}

const INSTALL =
  "On Debian or Ubuntu: apt-get install pocketsphinx pocketsphinx-en-us, then restart.";

/** English speech on this machine alone, by CMU PocketSphinx. Nothing is loaded until the first recording. */
export class PocketSphinx implements Recognizer {
  readonly name = "pocketsphinx";
  readonly languages = ["en-US"];
  readonly takesHints = true;
  #library: Library | null = null;
  #status: RecognizerStatus;
  #pool: Pool<Decoder>;

  constructor(options: PocketSphinxOptions = {}) {
    const modelDir = options.modelDir ?? "/usr/share/pocketsphinx/model/en-us";
    this.#status = this.#open(modelDir);
    this.#pool = new Pool<Decoder>({
      create: () => this.#load(modelDir),
      destroy: (decoder) => decoder.free(),
      size: options.decoders ?? 2,
      maxWaiting: options.maxWaiting ?? 8,
      maxWaitMs: options.maxWaitMs ?? 30_000,
      idleMs: options.idleMs ?? 5 * 60_000,
      busy: recognizerBusy,
    });
  }

  status(): RecognizerStatus {
    return this.#status;
  }

  waiting(): number {
    return this.#pool.waiting;
  }

  supports(language: string): boolean {
    return /^en(-|$)/i.test(language);
  }

  async transcribe(
    pcm: Int16Array,
    options: TranscribeOptions,
  ): Promise<Transcription> {
    assertUsable(this, options.language);
    const lease = await this.#pool.acquire(options.signal);
    let broken = true;
    try {
      const spelling = await lease.item.expect(options.hints ?? []);
      const heard = await recogniseRecording(
        lease.item,
        pcm,
        () => options.signal.throwIfAborted(),
      );
      broken = false;
      const sentences = heard.map((words) => respelled(words, spelling));
      return {
        text: sentences.map((words) => sentence(words.map(({ word }) => word)))
          .join(" "),
        words: sentences.flat(),
        duration: pcm.length / SAMPLE_RATE,
      };
    } catch (error) {
      broken = !(error instanceof ApiError);
      throw error;
    } finally {
      lease.release(broken);
    }
  }

  async start(options: StreamOptions): Promise<PocketSphinxStream> {
    assertUsable(this, options.language);
    const lease = await this.#pool.acquire(options.signal);
    try {
      const spelling = await lease.item.expect(options.hints ?? []);
      return new PocketSphinxStream(lease, spelling, options);
    } catch (error) {
      lease.release(true);
      throw error;
    }
  }

  close(): Promise<void> {
    this.#pool.close();
    return Promise.resolve();
  }

  #load(modelDir: string): Promise<Decoder> {
    if (this.#library === null) throw recognizerOff();
    return Decoder.load(this.#library, modelDir);
  }

  #open(modelDir: string): RecognizerStatus {
    try {
      this.#library = openLibrary();
    } catch (error) {
      return { state: "off", reason: whyNoLibrary(error) };
    }
    for (const path of Object.values(modelFiles(modelDir))) {
      try {
        Deno.statSync(path);
      } catch {
        return {
          state: "off",
          reason: `The speech model ${path} cannot be read. ${INSTALL}`,
        };
      }
    }
    return { state: "ready" };
  }
}

function whyNoLibrary(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno was started without --allow-ffi, which PocketSphinx needs.";
  }
  return `PocketSphinx is not installed. ${INSTALL}`;
}
