import { isDiskFull } from "../http/errors.ts";
import type { Deps } from "../service.ts";
import type { RecognizerStatus } from "../recognizers/recognizer.ts";

/** Milliseconds a dependency has to answer: web asks here with a second's patience. */
const PATIENCE = 700;
/** Milliseconds an answer is kept: anyone may ask here, and must not have us ask others. */
const KEPT = 5_000;

/** `configured`: not asked, because asking costs money. */
interface State {
  state: "up" | "down" | "configured";
  /** For an operator, when it is down. */
  reason?: string;
}

/** What this service needs, and whether it has it. The recogniser alone decides. */
export interface Readiness {
  ready: boolean;
  recognizer: { name: string } & RecognizerStatus;
  /** Without it recordings become text, and cannot be kept. */
  clips: { name: string } & State;
  /** Web's keys. Those that are known already are used until they are old. */
  keys: State;
}

/** Asks the dependencies of the service how they are. */
export class Health {
  #deps: Pick<Deps, "recognizer" | "clips" | "config">;
  #known: { at: number; answer: Promise<[State, State]> } | undefined;

  constructor(deps: Pick<Deps, "recognizer" | "clips" | "config">) {
    this.#deps = deps;
  }

  async readiness(): Promise<Readiness> {
    const { recognizer, clips } = this.#deps;
    const status = recognizer.status();
    if (!this.#known || this.#known.at < Date.now() - KEPT) {
      const answer = Promise.all([this.#askClips(), this.#askKeys()]);
      this.#known = { at: Date.now(), answer };
    }
    const [store, keys] = await this.#known.answer;
    return {
      ready: status.state === "ready",
      recognizer: { name: recognizer.name, ...status },
      clips: { name: clips.name, ...store },
      keys,
    };
  }

  #askClips(): Promise<State> {
    const { clips } = this.#deps;
    if (!clips.check) return Promise.resolve({ state: "configured" });
    return stateOf(clips.check(), "Nothing can be written to DATA_DIR.");
  }

  #askKeys(): Promise<State> {
    const { webUrl, appUrl } = this.#deps.config;
    const url = new URL("/.well-known/jwks.json", webUrl ?? appUrl);
    const signal = AbortSignal.timeout(PATIENCE);
    const asking = fetch(url, { signal }).then(async (answer) => {
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    });
    return stateOf(
      asking,
      "Web’s keys cannot be fetched. Check APP_URL and WEB_INTERNAL_URL.",
    );
  }
}

const stateOf = (work: Promise<void>, reason: string): Promise<State> =>
  work.then(
    (): State => ({ state: "up" }),
    // The sentence says all that may be told to anyone.
    (error): State => ({
      state: "down",
      reason: isDiskFull(error)
        ? "The disk of DATA_DIR is full. Free some space."
        : reason,
    }),
  );
