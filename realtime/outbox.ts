/** Sends one frame to every subscriber of a topic. */
export type Publish = (topic: string, text: string) => void;

/** Characters published in one event-loop turn; more wait for the next. */
const TURN_BUDGET = 512 * 1024;

/**
 * Publishes in order, a bounded amount a turn: Bun writes what one turn published to each
 * subscriber at once, and past the backpressure limit it drops a reader that was healthy.
 */
export class Outbox {
  #spent = 0;
  #waiting: [topic: string, text: string][] = [];
  #scheduled = false;

  /** Set once the server that publishes exists. */
  publish: Publish = () => {};

  send(topic: string, text: string): void {
    if (this.#waiting.length > 0 || this.#spent >= TURN_BUDGET) {
      this.#waiting.push([topic, text]);
    } else {
      this.#spent += text.length;
      this.publish(topic, text);
    }
    this.#schedule();
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
    let sent = 0;
    for (const [topic, text] of this.#waiting) {
      if (this.#spent >= TURN_BUDGET) break;
      this.#spent += text.length;
      this.publish(topic, text);
      sent += 1;
    }
    this.#waiting.splice(0, sent);
    if (this.#waiting.length > 0) this.#schedule();
  }
}
