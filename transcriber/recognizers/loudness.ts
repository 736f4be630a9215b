import { SAMPLE_RATE, type Word } from "./recognizer.ts";

/** Samples of one level: 20 ms. */
const FRAME = SAMPLE_RATE / 50;
/** Seconds around words that are looked at with them: speech rises out of something, and falls. */
const AROUND = 0.2;
/** What is added to each energy, so that silence has a level. */
const FLOOR = 100;

/**
 * How much the loudness of speech moves, at least: the standard deviation of its levels, in decibels.
 * Syllables alone move it by more than any machine does. Measured over the words PocketSphinx was sure
 * of: 31 spoken sentences and words moved by 8.1 to 25.4, two of them in hiss 10 dB below by 6.0 and 6.8;
 * fans, organs, melodies, whistles and sirens, of which it was sure by up to 1.00, by 0.0 to 3.1.
 */
const MOVES = 4.5;

/** How loud audio is as it comes, by which speech is told from what only sounds on. */
export class Loudness {
  #levels: number[] = [];
  /** Levels that were forgotten. */
  #first = 0;
  #rest = new Int16Array();

  take(pcm: Int16Array): void {
    const audio = new Int16Array(this.#rest.length + pcm.length);
    audio.set(this.#rest);
    audio.set(pcm, this.#rest.length);
    let at = 0;
    for (; at + FRAME <= audio.length; at += FRAME) {
      this.#levels.push(levelOf(audio.subarray(at, at + FRAME)));
    }
    this.#rest = audio.slice(at);
  }

  /** Forgets what came so far; times go on to count from the beginning. */
  forget(): void {
    this.#first += this.#levels.length;
    this.#levels = [];
  }

  /** Whether the loudness moves as speech does while these words are said. */
  isOfSpeech(words: Word[]): boolean {
    const from = frames(words[0].start - AROUND) - this.#first;
    const to = frames(words[words.length - 1].end + AROUND) - this.#first;
    const levels = this.#levels.slice(Math.max(0, from), Math.max(0, to));
    return deviation(levels) >= MOVES;
  }
}

const frames = (seconds: number) => Math.round(seconds * SAMPLE_RATE / FRAME);

function levelOf(pcm: Int16Array): number {
  let energy = 0;
  for (const value of pcm) energy += value * value;
  return 10 * Math.log10(energy / pcm.length + FLOOR);
}

function deviation(values: number[]): number {
  const count = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / count);
}
