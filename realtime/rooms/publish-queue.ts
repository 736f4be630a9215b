/** Sends one frame to every subscriber of a topic. */
export type Publish = (topic: string, text: string) => void;

/** Characters published in one event-loop turn; more wait for the next. */
const TURN_BUDGET = 512 * 1024;

type Item = { topic: string; text: string } | (() => void);

/**
 * Publishes in order, a bounded amount a turn: Bun writes what one turn published to each
 * subscriber at once, and past the backpressure limit it drops a reader that was healthy.
 */
export class PublishQueue {
  /** Set once the server that publishes exists. */
  publish: Publish = () => {};
  #spent = 0;
  #waiting: Item[] = [];
  #scheduled = false;

  send(topic: string, text: string): void {
    if (this.#waiting.length > 0 || this.#spent >= TURN_BUDGET) {
      this.#waiting.push({ topic, text });
    } else {
      this.#spent += text.length;
      this.publish(topic, text);
    }
    this.#schedule();
  }

  /** Does something after all that was sent before, and before all that is sent later. */
  inOrder(work: () => void): void {
    if (this.#waiting.length > 0) this.#waiting.push(work);
    else work();
  }

  /** Frames waiting for a later turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#spent = 0;
    let done = 0;
    for (const item of this.#waiting) {
      if (this.#spent >= TURN_BUDGET) break;
      done += 1;
      if (typeof item === "function") item();
      else {
        this.#spent += item.text.length;
        this.publish(item.topic, item.text);
      }
    }
    this.#waiting.splice(0, done);
    if (this.#waiting.length > 0) this.#schedule();
  }
}
