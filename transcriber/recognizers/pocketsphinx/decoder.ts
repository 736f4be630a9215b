import { Hints, type Spelling } from "./hints.ts";
import { cString, type Library, modelFiles, readString } from "./library.ts";
import { Memory } from "./memory.ts";
import type { Word } from "../recognizer.ts";

/** Frames a second, the unit of the engine's times. */
const FRAME_RATE = 100;

/** One decoder: about 95 MB and one utterance at a time. Calls must not overlap. */
export class Decoder {
  #base: Library["base"]["symbols"];
  #ps: Library["ps"]["symbols"];
  #decoder: Deno.PointerObject;
  #memory: Memory;
  #hints: Hints;
  // A non-blocking call does not keep its buffer alive; this does, until the call is back.
  #pinned: Int16Array<ArrayBuffer> | null = null;

  private constructor(library: Library, decoder: Deno.PointerObject) {
    this.#base = library.base.symbols;
    this.#ps = library.ps.symbols;
    this.#decoder = decoder;
    const feat = this.#ps.ps_get_feat(decoder);
    if (feat === null) throw new Error("pocketsphinx has no features");
    this.#memory = new Memory(feat);
    this.#hints = new Hints(library, decoder);
  }

  /** Loads the model: some 0.3 s. */
  static async load(library: Library, modelDir: string): Promise<Decoder> {
    const base = library.base.symbols, ps = library.ps.symbols;
    const config = base.cmd_ln_parse_r(null, ps.ps_args(), 0, null, 0);
    if (config === null) throw new Error("pocketsphinx refused its options");
    for (const [name, path] of Object.entries(modelFiles(modelDir))) {
      base.cmd_ln_set_str_r(config, cString(`-${name}`), cString(path));
    }
    const decoder = await ps.ps_init(config);
    base.cmd_ln_free_r(config); // the decoder holds a reference of its own
    if (decoder === null) throw new Error("pocketsphinx cannot read its model");
    return new Decoder(library, decoder);
  }

  /** Forgets voice and noise of the audio before; times count from here. Not within an utterance. */
  forget(): void {
    this.#memory.forget();
    check("ps_start_stream", this.#ps.ps_start_stream(this.#decoder));
  }

  /**
   * Makes names and words likelier, until it is called again. Not within an utterance.
   * @returns how the words that are heard are spelled
   */
  expect(hints: readonly string[]): Promise<Spelling> {
    return this.#hints.expect(hints);
  }

  beginUtterance(): void {
    check("ps_start_utt", this.#ps.ps_start_utt(this.#decoder));
  }

  /**
   * Takes audio of the utterance. `whole`: it is all of it; `search`: look for words, not only for
   * whether anybody speaks.
   */
  async process(
    pcm: Int16Array,
    { whole = false, search = true } = {},
  ): Promise<void> {
    this.#pinned = new Int16Array(pcm);
    try {
      check(
        "ps_process_raw",
        await this.#ps.ps_process_raw(
          this.#decoder,
          new Uint8Array(this.#pinned.buffer),
          BigInt(pcm.length),
          search ? 0 : 1,
          whole ? 1 : 0,
        ),
      );
    } finally {
      this.#pinned = null;
    }
  }

  async endUtterance(): Promise<void> {
    check("ps_end_utt", await this.#ps.ps_end_utt(this.#decoder));
  }

  /** Whether the last audio was speech. */
  inSpeech(): boolean {
    return this.#ps.ps_get_in_speech(this.#decoder) !== 0;
  }

  /** The raw words of the utterance so far, separated by spaces. */
  async hypothesis(): Promise<string> {
    return readString(await this.#ps.ps_get_hyp(this.#decoder, null));
  }

  /** The segments of an utterance that has ended, silence and noise among them. */
  async segments(): Promise<Word[]> {
    // The search of the best path happens in here, on the other thread, not in the loop below.
    await this.#ps.ps_get_hyp(this.#decoder, null);
    const logmath = this.#ps.ps_get_logmath(this.#decoder);
    const from = new Int32Array(1), to = new Int32Array(1);
    const found: Word[] = [];
    let segment = this.#ps.ps_seg_iter(this.#decoder);
    while (segment !== null) {
      this.#ps.ps_seg_frames(
        segment,
        new Uint8Array(from.buffer),
        new Uint8Array(to.buffer),
      );
      const prob = this.#ps.ps_seg_prob(segment, null, null, null);
      found.push({
        word: readString(this.#ps.ps_seg_word(segment)),
        start: from[0] / FRAME_RATE,
        end: (to[0] + 1) / FRAME_RATE,
        confidence: toConfidence(this.#base.logmath_exp(logmath, prob)),
      });
      segment = this.#ps.ps_seg_next(segment);
    }
    return found;
  }

  free(): void {
    this.#ps.ps_free(this.#decoder);
  }
}

function check(call: string, result: number): void {
  if (result < 0) throw new Error(`${call} failed`);
}

// Table-based logarithms round to slightly above 1.
const toConfidence = (value: number): number =>
  Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
