/** Requests to one host do not take the places of those to others, and none waits for a host that hangs. */

/** Requests to one host at a time, and how many more wait for that. */
const SIDE_BY_SIDE = 32;
const WAITING = 1_000;
/** Milliseconds a request may wait for its place; after that it is not made. */
export const TURN_MS = 10_000;
/** Requests in a row without an answer after which a host is away, and for how many milliseconds. */
const UNANSWERED = 3;
const AWAY_MS = 15_000;
/** Hosts that are remembered. */
const HOSTS = 1_000;

/** A host is away, or too many requests wait for it, or for too long: the request was not made. */
export class LaneClosed extends Error {
  override name = "LaneClosed";
}

interface Lane {
  running: number;
  waiting: (() => void)[];
  unanswered: number;
  awayUntil: number;
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  #laneOf(host: string): Lane {
    const lane = this.#lanes.get(host) ??
      { running: 0, waiting: [], unanswered: 0, awayUntil: 0 };
    // To the end, or the busiest would be forgotten.
    this.#lanes.delete(host);
    this.#lanes.set(host, lane);
    if (this.#lanes.size > HOSTS) {
      for (const [name, { running }] of this.#lanes) {
        if (running > 0) continue;
        this.#lanes.delete(name);
        break;
      }
    }
    return lane;
  }

  /**
   * Makes a request once there is a place for it.
   *
   * @param ask rejects where no answer came.
   * @throws {LaneClosed}, and whatever `ask` rejects with.
   */
  async run<T>(host: string, ask: () => Promise<T>): Promise<T> {
    const lane = this.#laneOf(host);
    const since = performance.now();
    if (lane.running >= SIDE_BY_SIDE) {
      if (lane.waiting.length >= WAITING) throw new LaneClosed(host);
      await new Promise<void>((go) => lane.waiting.push(go));
    } else lane.running += 1;
    try {
      const now = performance.now();
      if (now - since > TURN_MS) throw new LaneClosed(host);
      if (lane.unanswered >= UNANSWERED) {
        if (now < lane.awayUntil) throw new LaneClosed(host);
        // One tries whether it is back; the others wait for what comes of that.
        lane.awayUntil = now + AWAY_MS;
      }
      const answer = await ask();
      lane.unanswered = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof LaneClosed)) {
        lane.unanswered += 1;
        lane.awayUntil = performance.now() + AWAY_MS;
      }
      throw error;
    } finally {
      // The place goes to whoever waits longest.
      const next = lane.waiting.shift();
      if (next) next();
      else lane.running -= 1;
    }
  }
}
