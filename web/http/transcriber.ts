import type { Config } from "../config.ts";

/** How long one answer is believed: ms. */
const BELIEVED = 15_000;
const TIMEOUT = 1_000;

interface Known {
  ready: boolean;
  at: number;
}

const known = new Map<string, Known>();
const asking = new Map<string, Promise<boolean>>();

async function ask(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const answer = await fetch(`${url}/readyz`, { signal });
    const { ready } = await answer.json();
    return ready === true;
  } catch {
    // Unreachable, slow or talking nonsense: to a person it is all the same, dictation is off.
    return false;
  }
}

/** Asks once, however many pages want to know; the answer is kept. */
function refresh(url: string): Promise<boolean> {
  let work = asking.get(url);
  if (work === undefined) {
    work = ask(url).then((ready) => {
      known.set(url, { ready, at: Date.now() });
      asking.delete(url);
      return ready;
    });
    asking.set(url, work);
  }
  return work;
}

/**
 * Whether dictation works now. A page waits for it at most once (1 s); later pages get what
 * was last known, and an old answer is renewed behind their back.
 */
export function transcriberReady(
  { transcriberUrl }: Pick<Config, "transcriberUrl">,
): Promise<boolean> {
  const last = known.get(transcriberUrl);
  if (last === undefined) return refresh(transcriberUrl);
  if (Date.now() - last.at > BELIEVED) refresh(transcriberUrl);
  return Promise.resolve(last.ready);
}
