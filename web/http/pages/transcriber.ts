import type { Config } from "../../config.ts";
import { madeFrom } from "../../made-from.ts";

/** How long one answer is believed: ms. */
const BELIEVED = 15_000;
const TIMEOUT = 1_000;

/** `off`: it runs without a recogniser. `silent`: it does not answer. */
export type TranscriberState = "ready" | "off" | "silent";

interface Known {
  state: TranscriberState;
  at: number;
}

const known = new Map<string, Known>();
const asking = new Map<string, Promise<TranscriberState>>();

async function ask(url: string): Promise<TranscriberState> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const answer = await fetch(`${url}/readyz`, { signal });
    const { recognizer: { state } } = await answer.json();
    if (state === "ready" || state === "off") return state;
  } catch {
    // Unreachable, slow or talking nonsense: to a person it is all the same.
  }
  return "silent";
}

/** Asks once, however many pages want to know; the answer is kept. */
function refresh(url: string): Promise<TranscriberState> {
  let work = asking.get(url);
  if (work === undefined) {
    work = ask(url).then((state) => {
      known.set(url, { state, at: Date.now() });
      asking.delete(url);
      return state;
    });
    asking.set(url, work);
  }
  return work;
}

/**
 * Whether dictation works now, and if not, why. Pages get what was last known, and an old
 * answer is renewed behind their back. Only where there is none they wait for it (1 s at most,
 * once in 15 s), so that a page that is reloaded tells that the transcriber is back.
 */
export async function transcriberState(
  { transcriberUrl }: Pick<Config, "transcriberUrl">,
): Promise<TranscriberState> {
  const state = believed(transcriberUrl) ?? await refresh(transcriberUrl);
  madeFrom()?.while(() => believed(transcriberUrl) === state);
  return state;
}

/** What was last known, as far as it can be told now. */
function believed(url: string): TranscriberState | undefined {
  const last = known.get(url);
  const isOld = last !== undefined && Date.now() - last.at > BELIEVED;
  if (isOld && last.state === "silent") return undefined;
  if (isOld) refresh(url);
  return last?.state;
}
