/**
 * Turns of the event loop for work that may take long: one a turn, whoever asks, so that
 * sockets and requests are served in between however many ask at once.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves in a turn of its own, after those who asked before. */
  next(): Promise<void> {
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    this.#last = this.#last.then(turn);
    return this.#last;
  }
}
