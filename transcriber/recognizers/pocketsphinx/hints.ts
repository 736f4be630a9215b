import { fileURLToPath } from "node:url";
import type { Word } from "../recognizer.ts";
import { cString, type Library, readString } from "./library.ts";

/** How words that were heard are spelled: a name as its owner writes it. */
export type Spelling = (word: string) => string;

/** A language model of no word at all: those that are expected are added to it. */
const NOTHING = fileURLToPath(new URL("./nothing.lm", import.meta.url));
/** The words it has: the beginning and the end of a sentence. */
const ITS_OWN = 2;
/** `NGRAM_ARPA` of ngram_model.h. */
const ARPA = 1;
/** What a decoder calls its first search, and this calls its own model. */
const SEARCH = cString("_default"), HINTS = cString("hints");
/** The weights PocketSphinx gives its own model where nobody sets others: -lw and -wip. */
const LANGUAGE_WEIGHT = 6.5, INSERTION = 0.65;
/** How much either model counts. */
const HALVES = new Float32Array([0.5, 0.5]);

/**
 * How likely each word that is expected becomes, wherever it is said. With 89 names, 34 of 108 words were
 * wrong instead of 51 in sentences that had some of them, and others were heard as before.
 */
const LIKELIHOOD = 1e-4;
/**
 * Words likelier than this without any help are left as they are: whoever is called Will or May must
 * not turn a verb into a name.
 */
const COMMON = 1e-5;

/**
 * Names and words that somebody is likely to say, beside the language model of a decoder: only those
 * its dictionary has, since another takes a second to build into the search.
 */
export class Hints {
  #base: Library["base"]["symbols"];
  #ps: Library["ps"]["symbols"];
  #decoder: Deno.PointerObject;
  #models: Deno.PointerObject;
  /** The name of the engine's own model among them. */
  #own: Uint8Array<ArrayBuffer>;
  #expected = false;

  constructor({ base, ps }: Library, decoder: Deno.PointerObject) {
    this.#base = base.symbols;
    this.#ps = ps.symbols;
    this.#decoder = decoder;
    const models = this.#ps.ps_get_lm(decoder, SEARCH);
    if (models === null) throw new Error("pocketsphinx has no language model");
    this.#models = models;
    const own = this.#base.ngram_model_set_current(models);
    this.#own = cString(readString(own));
  }

  /** @throws Error when the engine fails; it must not be used any more then */
  async expect(hints: readonly string[]): Promise<Spelling> {
    await this.#forget();
    const spellings = this.#known(hints);
    if (spellings.size > 0) await this.#add([...spellings.keys()]);
    return (word) => spelled(word, spellings);
  }

  /** The words of hints that the engine knows and would hardly expect, and how they are written. */
  #known(hints: readonly string[]): Map<string, string> {
    const known = new Map<string, string>();
    for (const written of hints.flatMap(wordsIn)) {
      const word = plain(written);
      if (!known.has(word) && this.#isRare(word)) known.set(word, written);
    }
    return known;
  }

  #isRare(word: string): boolean {
    // The decoder gave its models the words of its dictionary, and no others.
    const id = this.#base.ngram_wid(this.#models, cString(word));
    if (id === this.#base.ngram_unknown_wid(this.#models)) return false;
    const used = new Uint8Array(4);
    const log = this.#base.ngram_ng_prob(this.#models, id, null, 0, used);
    const logmath = this.#ps.ps_get_logmath(this.#decoder);
    return this.#base.logmath_exp(logmath, log) < COMMON;
  }

  async #add(words: string[]): Promise<void> {
    const config = this.#ps.ps_get_config(this.#decoder);
    const logmath = this.#ps.ps_get_logmath(this.#decoder);
    const path = cString(NOTHING);
    const model = this.#base.ngram_model_read(config, path, ARPA, logmath);
    if (model === null) throw new Error(`pocketsphinx cannot read ${NOTHING}`);
    words.forEach((word, i) => {
      // It shares out what it is given among as many words as there are by then.
      const share = LIKELIHOOD * (ITS_OWN + i + 1);
      this.#base.ngram_model_add_word(model, cString(word), share);
    });
    this.#base.ngram_model_apply_weights(model, LANGUAGE_WEIGHT, INSERTION);
    const added = await this.#base
      .ngram_model_set_add(this.#models, model, HINTS, 1, 1);
    if (added === null) throw new Error("pocketsphinx takes no hints");
    this.#expected = true;
    // Both models at once, instead of the one that was chosen. What the engine makes of their weights
    // is rounded each time, so that after ten thousand speakers its own would count for 2.7 times as much.
    const names = [this.#own, HINTS].map((name) =>
      Deno.UnsafePointer.value(Deno.UnsafePointer.of(name))
    );
    this.#base.ngram_model_set_interp(
      this.#models,
      new Uint8Array(BigUint64Array.from(names).buffer),
      new Uint8Array(HALVES.buffer),
    );
  }

  async #forget(): Promise<void> {
    if (!this.#expected) return;
    this.#expected = false;
    const model = await this.#base
      .ngram_model_set_remove(this.#models, HINTS, 1);
    if (model === null) throw new Error("pocketsphinx keeps its hints");
    this.#base.ngram_model_free(model);
    this.#base.ngram_model_set_select(this.#models, this.#own);
  }
}

/** Words as they are spelled. */
export const respelled = (words: Word[], spelling: Spelling): Word[] =>
  words.map((word) => ({ ...word, word: spelling(word.word) }));

/** A name of several words is as many. */
const wordsIn = (hint: string): string[] =>
  hint.normalize("NFC").match(/\p{L}[\p{L}'’]*/gu) ?? [];

/** A word as the dictionary has it: in small letters of English. */
const plain = (written: string): string =>
  written.normalize("NFD").replace(/\p{M}/gu, "").replace(/’/g, "'")
    .toLowerCase().replace(/ß/g, "ss");

function spelled(word: string, spellings: Map<string, string>): string {
  const [, stem, rest] = /^(.*?)('s)?$/.exec(word)!;
  const written = spellings.get(word) ?? spellings.get(stem);
  if (written === undefined) return word;
  return spellings.has(word) ? written : written + (rest ?? "");
}
