import { type RoomLog, StoreError } from "../log/log.ts";

/** Milliseconds a dependency has to answer. */
const PATIENCE = 1_500;
/** Milliseconds an answer about web is kept: anyone may ask here, and must not flood it. */
const KEPT = 5_000;

interface State {
  state: "up" | "down";
  /** For an operator, when it is down. */
  reason?: string;
}

/** What this instance needs, and whether it has it. */
export interface Readiness {
  ready: boolean;
  draining: boolean;
  store: State & { name: string };
  /** Web's keys. Without them nobody new comes in, but who is here stays: not a reason to
   * take the instance out. */
  keys: State;
  /** Days after which messages are deleted; undefined: they stay. Web tells people. */
  retentionDays?: number;
}

/** Asks the dependencies of an instance how they are. */
export class Health {
  #keys: { at: number; state: Promise<State> } | undefined;

  constructor(
    readonly log: RoomLog,
    readonly webUrl: string,
    readonly retentionDays?: number,
  ) {}

  async readiness(accepting: boolean): Promise<Readiness> {
    const [store, keys] = await Promise.all([this.#store(), this.#askKeys()]);
    const ready = accepting && store.state === "up";
    const { retentionDays } = this;
    return { ready, draining: !accepting, store, keys, retentionDays };
  }

  async #store(): Promise<Readiness["store"]> {
    const { store: name } = this.log;
    let reason = "It does not answer; the log of this service says why.";
    const asking = this.log.ping().catch((error) => {
      if (error instanceof StoreError && error.code === "disk-full") {
        reason = "The disk is full: no message can be stored. Free some space.";
      }
      throw error;
    });
    const up = await within(asking);
    return up ? { name, state: "up" } : { name, state: "down", reason };
  }

  #askKeys(): Promise<State> {
    if (!this.#keys || this.#keys.at < Date.now() - KEPT) {
      this.#keys = { at: Date.now(), state: askKeys(this.webUrl) };
    }
    return this.#keys.state;
  }
}

async function askKeys(webUrl: string): Promise<State> {
  const url = new URL("/.well-known/jwks.json", webUrl);
  const signal = AbortSignal.timeout(PATIENCE);
  const up = await within(
    fetch(url, { signal }).then((answer) => {
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    }),
  );
  if (up) return { state: "up" };
  const reason =
    "Web’s keys cannot be fetched. Check APP_URL and WEB_INTERNAL_URL.";
  return { state: "down", reason };
}

const within = (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    work.then(() => true, () => false),
    Bun.sleep(PATIENCE).then(() => false),
  ]);
