/** Recordings that messages had, when those are gone. */
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { keys, type SentVoice } from "./records.ts";

/** A recording, and whoever sent it. */
interface Clip {
  id: string;
  owner: string;
}

/**
 * Of recordings that a message named which is gone, those that go with it: what another message has
 * stays, whoever named it a second time.
 *
 * @param ended a room whose messages are gone as well.
 * @throws {AppError} what realtime throws while it is away.
 */
export async function toDelete(
  s: Pick<Services, "kv" | "realtime">,
  clips: Clip[],
  ended?: string,
): Promise<Clip[]> {
  const found: Clip[] = [];
  for (const clip of clips) {
    const { value } = await s.kv.get<SentVoice>(keys.sent(clip.owner, clip.id));
    const isGone = !value || value.roomId === ended ||
      !await isThere(s, value, clip.id);
    if (isGone) found.push(clip);
  }
  return found;
}

/** Whether the message that a recording belongs to has it still. */
async function isThere(
  { realtime }: Pick<Services, "realtime">,
  { roomId, id }: SentVoice,
  clip: string,
): Promise<boolean> {
  if (id === undefined) return false;
  try {
    return (await realtime.readFor(roomId, id)).voice?.clip === clip;
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return false;
    throw error;
  }
}

/** Forgets whose they were. */
export async function forgetSent(
  { kv }: Pick<Services, "kv">,
  clips: Clip[],
): Promise<void> {
  for (const { owner, id } of clips) await kv.delete(keys.sent(owner, id));
}
