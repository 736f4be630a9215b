/**
 * Voice notes that were sent without their words, as the recogniser could not hear them then. Each
 * is a note in KV until its words are in the room log. Any number of processes may go through the
 * notes: whoever asks for one puts its next time off first, and the log takes one answer.
 */
import { AppError } from "../errors.ts";
import { transcriberState } from "../http/pages/transcriber.ts";
import { log } from "../log.ts";
import { rewrite, settle } from "../notes.ts";
import type { Services } from "../services.ts";
import { finishFirst } from "../shutdown.ts";
import { keys, type WaitingVoice } from "./records.ts";
import type { Transcript } from "./transcript.ts";

type WaitingServices = Pick<Services, "kv" | "realtime" | "config" | "signer">;

/** For how long a recording may be heard before somebody else tries: ms. */
const LEASE_MS = 720_000;
/** How long to wait after the first failure; after each further one twice as long, up to an hour: ms. */
const AGAIN_MS = 30_000;
const LONGEST_MS = 3_600_000;
/** After this long a voice note stays without words: ms. */
const GIVE_UP_MS = 7 * 86_400_000;

/** Asks for the words of the voice notes that are due; how many were settled. */
export async function hearDue(
  s: WaitingServices,
  now = Date.now(),
): Promise<number> {
  let done = 0;
  const notes = s.kv.list<WaitingVoice>({ prefix: keys.allWaiting() });
  for await (const entry of notes) {
    if (entry.value.due > now) continue;
    const isLate = now - entry.value.sentAt > GIVE_UP_MS;
    if (!isLate && await transcriberState(s.config) !== "ready") return done;
    const leased = { ...entry.value, due: now + LEASE_MS };
    const taken = await rewrite(s.kv, entry, leased);
    if (!taken) continue;
    if (!await give(s, leased, isLate)) await putOff(s, taken, now);
    else if (await settle(s.kv, taken)) done += 1;
  }
  return done;
}

async function putOff(
  { kv }: WaitingServices,
  taken: Deno.KvEntry<WaitingVoice>,
  now: number,
): Promise<void> {
  const { tries } = taken.value;
  const wait = Math.min(LONGEST_MS, AGAIN_MS * 2 ** tries);
  // Whoever took it over, as this took too long, may have settled it.
  await rewrite(kv, taken, {
    ...taken.value,
    ...{ due: now + wait, tries: tries + 1 },
  });
}

/** {@link hearDue} in the background, for what was sent just now; what fails is left to the rounds. */
export function hearSoon(s: WaitingServices): void {
  finishFirst(
    hearDue(s).catch((error) => log("warn", "voices-failed", { error })),
  );
}

/** Gives the room log the words; whether nothing more is to be done about them. */
async function give(
  s: WaitingServices,
  { roomId, id, owner, language, voice: { waiting: _, ...voice } }:
    WaitingVoice,
  isLate: boolean,
): Promise<boolean> {
  try {
    const heard = await hear(s, voice.clip, language);
    if (heard === "later" && !isLate) return false;
    if (heard !== "gone") {
      const { contentOf, voiceOf, wordsIn } = await import("./transcript.ts");
      const { text = "", words = [], ...rest } = typeof heard === "string"
        ? {}
        : heard;
      await s.realtime.transcript(roomId, {
        id,
        content: contentOf(text),
        voice: {
          ...voice,
          ...voiceOf({ ...rest, clip: voice.clip, words: wordsIn({ words }) }),
        },
      });
    }
  } catch (error) {
    // Its message is gone, or its room.
    const isGone = error instanceof AppError && error.status === 404;
    if (!isGone) {
      log("warn", "voice-waits", { owner, error });
      return false;
    }
  }
  return true;
}

/** What was said; `nothing` when there are no words, `gone` when there is no such recording. */
async function hear(
  { config, signer }: WaitingServices,
  clip: string,
  language?: string,
): Promise<Transcript | "nothing" | "gone" | "later"> {
  const token = await signer.serviceToken("transcriber");
  const answer = await fetch(`${config.transcriberUrl}/transcribe`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      audio_uri: `clip:${clip}`,
      ...(language && { language_code: language }),
    }),
    signal: AbortSignal.timeout(LEASE_MS / 2),
    redirect: "error",
  });
  const body: unknown = await answer.json();
  const { Failure, Transcript } = await import("./transcript.ts");
  if (answer.ok) return Transcript.parse(body);
  const { code } = Failure.parse(body).error;
  if (answer.status === 404) return code === "not-found" ? "gone" : "later";
  const isFinal = answer.status === 422 || answer.status === 413 ||
    answer.status === 415;
  return isFinal ? "nothing" : "later";
}
