/** Frames waiting for an earlier one of the same socket. */
const WAITING_LIMIT = 256;
/** Appends of one socket under way; further frames wait for them. */
const IN_FLIGHT_LIMIT = 256;

/** Who handles what an {@link Inbox} lets through. */
export interface InboxOwner {
  /** Handles a frame; returns a promise only if the next frame must wait for it. */
  handle(text: string): Promise<void> | undefined;
  /** More frames wait than one socket may have. */
  overflow(): void;
}

/** The frames of one socket, handled strictly in order, one after the other. */
export class Inbox {
  #waiting: string[] | undefined;
  #busy = false;
  #inFlight = 0;
  #closed = false;

  constructor(readonly owner: InboxOwner) {}

  /** Frames that wait for earlier ones. */
  get waiting(): number {
    return this.#waiting?.length ?? 0;
  }

  put(text: string): void {
    if (this.#closed) return;
    if (!this.#waits()) return this.#begin(text);
    this.#waiting ??= [];
    if (this.#waiting.length >= WAITING_LIMIT) return this.owner.overflow();
    this.#waiting.push(text);
  }

  /** Counts work that later frames need not wait for, as long as there is little of it. */
  started(): void {
    this.#inFlight += 1;
  }

  /** Counts the end of such work. */
  finished(): void {
    this.#inFlight -= 1;
    this.#drain();
  }

  /** Drops what waits. */
  close(): void {
    this.#closed = true;
    this.#waiting = undefined;
  }

  #waits(): boolean {
    return this.#busy || this.#inFlight >= IN_FLIGHT_LIMIT;
  }

  #begin(text: string): void {
    const done = this.owner.handle(text);
    if (!done) return;
    this.#busy = true;
    void done.finally(() => {
      this.#busy = false;
      this.#drain();
    });
  }

  #drain(): void {
    while (this.#waiting && !this.#waits()) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#waiting = undefined;
      else this.#begin(next);
    }
  }
}
