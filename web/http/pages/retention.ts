import type { Config } from "../../config.ts";
import { readinessOf } from "./dependencies.ts";

/** How long one answer is believed: it changes only when realtime starts anew. ms. */
const BELIEVED = 60_000;
const TIMEOUT = 1_000;

interface Known {
  at: number;
  days: Promise<number | undefined>;
}

const known = new Map<string, Known>();

async function ask(url: string): Promise<number | undefined> {
  const { retentionDays } = await readinessOf(url, TIMEOUT);
  return Number.isSafeInteger(retentionDays)
    ? retentionDays as number
    : undefined;
}

/**
 * The days after which realtime deletes messages; undefined where they stay, and while it cannot be
 * asked: nothing is said then. It is asked rather than our own environment, as it is what deletes.
 */
export async function retentionOf(
  { realtimeUrl }: Pick<Config, "realtimeUrl">,
): Promise<number | undefined> {
  const last = known.get(realtimeUrl);
  const isOld = last === undefined || Date.now() - last.at > BELIEVED;
  const days = isOld ? ask(realtimeUrl) : last.days;
  if (isOld) known.set(realtimeUrl, { at: Date.now(), days });
  try {
    return await days;
  } catch {
    // The next page asks again.
    known.delete(realtimeUrl);
    return undefined;
  }
}
