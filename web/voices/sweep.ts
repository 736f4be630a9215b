import { log } from "../log.ts";
import { type Asking, askTranscriber } from "../rooms/ask-transcriber.ts";
import type { Services } from "../services.ts";
import { finishFirst } from "../shutdown.ts";
import { type KeptVoice, keys, read } from "./records.ts";
import { settled } from "./send.ts";

/** How long a voice note may be without a message: ms. */
const LOOSE_MS = 60 * 60 * 1000;

type SweepServices = Pick<Services, "kv" | "realtime"> & Asking;

/** Has the recording deleted, if it is that person's. */
const deleteClip = (s: Asking, owner: string, id: string) =>
  askTranscriber(s, "/erasures/clips", { clips: [{ id, owner }] });

/**
 * Deletes a voice note that its person does not want to send; one that is being sent stays.
 *
 * @throws {Error} when the transcriber is away; the sweep deletes it then.
 */
export async function discardVoice(
  s: Pick<Services, "kv"> & Asking,
  owner: string,
  clip: string,
): Promise<void> {
  const entry = await read(s, owner, clip);
  if (entry.value === null || entry.value.clientId !== undefined) return;
  // From here on it cannot be sent.
  const going = { ...entry.value, clientId: GOING };
  const { ok } = await s.kv.atomic().check(entry).set(entry.key, going)
    .commit();
  if (!ok) return;
  await deleteClip(s, owner, clip);
  await s.kv.delete(entry.key);
}

/** {@link discardVoice} in the background; what fails is left to the sweep. */
export function discardSoon(
  s: Pick<Services, "kv"> & Asking,
  owner: string,
  clip: string,
): void {
  finishFirst(
    discardVoice(s, owner, clip)
      .catch((error) => log("warn", "voice-not-discarded", { error })),
  );
}

/**
 * Has the transcriber hear a recording no further whose answer nobody waits for, and not keep it. Its
 * note stays until the sweep: the transcriber may be about to get it.
 */
export function letGoSoon(s: Asking, owner: string, clip: string): void {
  finishFirst(
    deleteClip(s, owner, clip)
      .catch((error) => log("warn", "voice-not-discarded", { error })),
  );
}

/** In place of the message of one that is being deleted: no message can be called so. */
const GOING = "/";

/**
 * Deletes the voice notes that an hour after they were recorded are in no message. One that may
 * have been sent is looked for in its room first. How many are deleted.
 */
export async function sweepVoices(
  s: SweepServices,
  now = Date.now(),
): Promise<number> {
  let removed = 0;
  for await (const entry of s.kv.list<KeptVoice>({ prefix: keys.voices() })) {
    if (entry.value.at > now - LOOSE_MS) continue;
    try {
      if (await sweep(s, entry)) removed += 1;
    } catch (error) {
      log("warn", "voice-not-swept", { error });
    }
  }
  return removed;
}

/** Whether the recording of a note was deleted. */
async function sweep(
  s: SweepServices,
  entry: Deno.KvEntry<KeptVoice>,
): Promise<boolean> {
  const { roomId, voice, clientId = GOING } = entry.value;
  const owner = String(entry.key[1]);
  const id = clientId === GOING
    ? undefined
    : await messageWith(s, roomId, voice.clip);
  if (id !== undefined) {
    await settled(s, owner, id, entry.value);
    return false;
  }
  // It may be sent at this very moment: then it was touched.
  const going = { ...entry.value, clientId: GOING };
  const { ok } = await s.kv.atomic().check(entry).set(entry.key, going)
    .commit();
  if (!ok) return false;
  await deleteClip(s, owner, voice.clip);
  await s.kv.delete(entry.key);
  return true;
}

/** The id of the message of a room that has the clip. */
async function messageWith(
  { realtime }: SweepServices,
  roomId: string,
  clip: string,
): Promise<string | undefined> {
  let after: number | undefined;
  do {
    const part = await realtime.clips(roomId, after);
    const found = part.clips.find(({ id }) => id === clip);
    if (found) return found.message;
    after = part.after;
  } while (after !== undefined);
}

/** Forgets what is noted of somebody's recordings; they themselves go at the transcriber. */
export async function forgetVoicesOf(
  { kv }: Pick<Services, "kv">,
  owner: string,
): Promise<void> {
  for (const prefix of [keys.voicesOf(owner), keys.allSentOf(owner)]) {
    for await (const { key } of kv.list({ prefix })) await kv.delete(key);
  }
}
