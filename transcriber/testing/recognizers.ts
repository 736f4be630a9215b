import {
  assertUsable,
  type RecognitionStream,
  type Recognizer,
  type RecognizerStatus,
  type StreamOptions,
  type TranscribeOptions,
  type Transcription,
} from "../recognizers/recognizer.ts";
import { PocketSphinx } from "../recognizers/pocketsphinx/pocketsphinx.ts";

/** Whether the tests of the real engine can run, and what to add to their names if they cannot. */
export function realSpeech(): { ignore: boolean; why: string } {
  const status = new PocketSphinx().status();
  return status.state === "ready"
    ? { ignore: false, why: "" }
    : { ignore: true, why: ` (ignored: ${status.reason})` };
}

/** An engine that hears one word, at once, whatever is said: for tests of everything around engines. */
export class OneWord implements Recognizer {
  readonly name = "one-word";
  readonly languages = ["en-US"];
  closed = false;
  #status: RecognizerStatus;

  constructor(status: RecognizerStatus = { state: "ready" }) {
    this.#status = status;
  }

  status(): RecognizerStatus {
    return this.#status;
  }

  supports(language: string): boolean {
    return language.startsWith("en");
  }

  waiting(): number {
    return 0;
  }

  transcribe(
    pcm: Int16Array,
    options: TranscribeOptions,
  ): Promise<Transcription> {
    assertUsable(this, options.language);
    const words = [{ word: "yes", start: 0, end: 0.1, confidence: 1 }];
    return Promise.resolve({
      text: "Yes",
      words,
      duration: pcm.length / 16_000,
    });
  }

  start(options: StreamOptions): Promise<RecognitionStream> {
    assertUsable(this, options.language);
    let until = 0;
    return Promise.resolve({
      feed: (pcm) => {
        until += pcm.length / 16_000;
        options.onUpdate({ type: "partial", text: "Yes" });
        return Promise.resolve();
      },
      finish: () => {
        options.onUpdate({ type: "final", text: "Yes", words: [], until });
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** An engine that never answers, and remembers whether it was told to stop. */
export class Stuck extends OneWord {
  started = Promise.withResolvers<void>();
  abandoned = Promise.withResolvers<void>();

  override transcribe(
    _pcm: Int16Array,
    { signal }: TranscribeOptions,
  ): Promise<Transcription> {
    return this.#wait(signal);
  }

  override start({ signal }: StreamOptions): Promise<RecognitionStream> {
    return Promise.resolve({
      feed: () => this.#wait(signal),
      finish: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  }

  #wait(signal: AbortSignal): Promise<never> {
    this.started.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        this.abandoned.resolve();
        reject(signal.reason);
      });
    });
  }
}
