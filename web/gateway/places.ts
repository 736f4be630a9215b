import { networkOf } from "../../realtime/common/network.ts";

/**
 * The most sockets passed on at a time. Deno reads frames of up to 64 MB before it shows them to us,
 * so nobody may have many, and those we know nothing of hardly any.
 */
export const MOST = {
  /** Of one account: more than anybody has tabs and devices. */
  person: 32,
  /** Of one network, without a session: programs, which bring a token in their first frame. */
  network: 8,
  /** Of all networks, without a session. */
  strangers: 32,
  all: 10_000,
};

/** How many sockets are passed on, and whose they are. */
export class Places {
  #all = 0;
  #strangers = 0;
  readonly #each = new Map<string, number>();

  constructor(readonly most: typeof MOST = MOST) {}

  /**
   * A place for one more socket of an account, or of whoever is at an address.
   *
   * @returns gives it back, once; undefined when there is none.
   */
  take(accountId: string | undefined, ip: string): (() => void) | undefined {
    const { person, network, strangers, all } = this.most;
    const isStranger = accountId === undefined;
    const key = isStranger ? `from ${networkOf(ip)}` : `of ${accountId}`;
    const own = this.#each.get(key) ?? 0;
    const isFull = this.#all >= all || own >= (isStranger ? network : person) ||
      (isStranger && this.#strangers >= strangers);
    if (isFull) return undefined;
    this.#count(key, isStranger, 1);
    let given = false;
    return () => {
      if (!given) this.#count(key, isStranger, -1);
      given = true;
    };
  }

  #count(key: string, isStranger: boolean, by: 1 | -1): void {
    this.#all += by;
    if (isStranger) this.#strangers += by;
    const left = (this.#each.get(key) ?? 0) + by;
    if (left > 0) this.#each.set(key, left);
    else this.#each.delete(key);
  }
}
