import { networkOf } from "../common/network.ts";

/** How many networks may have as many as one may. */
const FULL_NETWORKS = 10;

/**
 * Sockets that have not identified yet. Each can make us hold a frame in memory before we know whose
 * it is, so no network may have many.
 */
export class Newcomers {
  #all = 0;
  readonly #here = new Map<string, number>();

  /** @param most from one network; from all it is ten times as many. */
  constructor(readonly most: number) {}

  /** A place for one more from this address; undefined when there is none. */
  admit(ip: string): Newcomer | undefined {
    const network = networkOf(ip);
    const here = this.#here.get(network) ?? 0;
    if (here >= this.most || this.#all >= this.most * FULL_NETWORKS) return;
    this.#here.set(network, here + 1);
    this.#all += 1;
    return new Newcomer(() => this.#leave(network));
  }

  #leave(network: string): void {
    this.#all -= 1;
    const left = (this.#here.get(network) ?? 1) - 1;
    if (left > 0) this.#here.set(network, left);
    else this.#here.delete(network);
  }
}

/** One place; it is given back once, when the socket is identified or gone. */
export class Newcomer {
  #leave: (() => void) | undefined;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  settle(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}
