/** What a thread answers to each text it is sent. */
export type Answer<T> = { done: T } | { failed: string; own: boolean };

/**
 * A thread of its own, from the file of that name beside this one. It is told first what it opens,
 * answers each text after that in order, and is started when it is first asked, or asked again
 * after it ended.
 */
export class Thread<T> {
  #worker: Worker | undefined;
  /** Who waits for the answers to what was asked, in order. */
  #asked: ((answer: Answer<T>) => void)[] = [];

  constructor(readonly name: string, readonly opening: string) {}

  /** How many wait for an answer. */
  get waiting(): number {
    return this.#asked.length;
  }

  /** Starts it, if it has not been. */
  begin(): Worker {
    return this.#worker ??= this.#start();
  }

  /** Never rejects: a thread that ends has failed at whatever it was asked. */
  ask(text: string): Promise<Answer<T>> {
    this.begin().postMessage(text);
    return new Promise((resolve) => this.#asked.push(resolve));
  }

  #start(): Worker {
    // The image holds bundles, side by side.
    const ending = import.meta.path.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(
      new URL(`./${this.name}.${ending}`, import.meta.url),
    );
    worker.onmessage = ({ data }: MessageEvent<string>) => {
      this.#asked.shift()?.(JSON.parse(data) as Answer<T>);
    };
    // It may have done its work before it ended. The caller asks again, and gets the same answer.
    worker.onerror = ({ message }) => this.#ended(worker, message);
    worker.addEventListener("close", () => this.#ended(worker, "It ended."));
    worker.postMessage(this.opening);
    return worker;
  }

  #ended(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    worker.terminate();
    for (const settle of this.#asked.splice(0)) {
      settle({ failed: reason, own: false });
    }
  }

  /** Ends it, after asking it a last time if it is there. */
  async end(last?: string): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    if (last !== undefined) await this.ask(last);
    this.#ended(worker, "It ended.");
  }
}
