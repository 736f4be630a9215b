import type {
  StreamOptions,
  TranscribeOptions,
  Transcription,
} from "../recognizers/recognizer.ts";
import { assertUsable } from "../recognizers/recognizer.ts";
import { sherpaText } from "../recognizers/sherpa/words.ts";
import { OneWord } from "./recognizers.ts";
import { Script } from "./scripted.ts";
import { joinPcm } from "./speech.ts";

/** Milliseconds it takes for a second of audio, so that somebody can go away meanwhile. */
const SLOWNESS = 10;

/** An engine that hears the sentences of a script, and remembers what it was asked. */
export class Scripted extends OneWord {
  readonly asked: Pick<
    TranscribeOptions,
    "language" | "detect" | "prompt" | "hints"
  >[] = [];
  #script: Script;

  private constructor(script: Script) {
    super();
    this.#script = script;
  }

  static async hearing(...sentences: string[]): Promise<Scripted> {
    return new Scripted(await Script.of(...sentences));
  }

  override async transcribe(
    pcm: Int16Array,
    options: TranscribeOptions,
  ): Promise<Transcription> {
    assertUsable(this, options.language);
    const { language, detect, prompt, hints } = options;
    this.asked.push({ language, detect, prompt, hints });
    const duration = pcm.length / 16_000;
    await new Promise((go) => setTimeout(go, duration * SLOWNESS));
    options.signal.throwIfAborted();
    const whole = this.#script.hearAll(pcm).flatMap(({ words }) => words);
    // A sentence that is not whole yet is guessed at.
    const words = whole.length > 0
      ? whole
      : this.#script.hear(pcm).flatMap(({ words }) => words);
    return { text: sherpaText(words), words, duration };
  }

  override start(options: StreamOptions) {
    assertUsable(this, options.language);
    let pcm = new Int16Array();
    return Promise.resolve({
      feed: (piece: Int16Array) => {
        pcm = joinPcm(pcm, piece);
        return Promise.resolve();
      },
      finish: () => {
        for (const { words, end: until } of this.#script.hearAll(pcm)) {
          const text = sherpaText(words);
          options.onUpdate({ type: "final", text, words, until });
        }
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  }
}
