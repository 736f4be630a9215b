import { doubtfulOf } from "../client/browser/transcribe.ts";
import { newClipId } from "../../realtime/common/clip-id.ts";
import type { Voice } from "../../realtime/protocol.ts";
import { recogniserAway } from "./errors.ts";
import {
  type About,
  notTranscribed,
  wordsOf,
} from "../http/requests/recording.ts";
import { checkLanguage } from "../dictation/settings.ts";
import { wishesOf } from "../dictation/wishes.ts";
import { findRoom } from "../rooms/rooms.ts";
import type { Person, Services } from "../services.ts";
import { type KeptVoice, keys } from "./records.ts";
import { letGoSoon } from "./sweep.ts";
import {
  contentOf,
  Failure,
  Transcript,
  voiceOf,
  wordsIn,
} from "./transcript.ts";

/** A long recording may take this long to be heard: ms. */
const HEARD_MS = 75_000;
/** And this long to be kept alone: ms. Browsers wait for a page no longer than both. */
const KEPT_MS = 25_000;

type KeepServices = Pick<Services, "kv" | "config" | "signer">;

/** A recording, and what was heard in it. */
export interface Heard {
  /** It may be sent with a message; undefined where the transcriber had no room for it. */
  voice?: Voice;
  /** What was said; empty where it is not known. */
  text: string;
  /** The end of the recording was missing. */
  cut: boolean;
  /** Words the recogniser is not sure of. */
  doubtful: readonly string[];
}

/**
 * Has a recording kept by the transcriber and then heard. It can be sent with one message of that
 * room within an hour, by whoever recorded it; then it is deleted. Where it could be kept but not
 * heard, or takes too long to be heard, its words are still to come (`voice.waiting`).
 *
 * @param patience milliseconds until it is kept alone.
 * @throws {AppError} `not-found` (404); `invalid` (422) with `fields.language`; `not-transcribed` with
 * `fields.recording`, when it could be neither heard nor kept: 503 where that may be otherwise later,
 * else 422.
 */
export async function keepVoice(
  s: KeepServices,
  account: Person,
  recording: Blob,
  about: About,
  patience = HEARD_MS,
): Promise<Heard> {
  const { roomId, language, unheard } = about;
  checkLanguage(language);
  await findRoom(s, account.id, roomId);
  // Noted first: it may be kept though no answer comes, and is swept then.
  const clip = newClipId(`person:${account.id}`);
  const noted: KeptVoice = {
    ...{ roomId, voice: { clip }, language, at: Date.now(), coming: true },
  };
  await s.kv.set(keys.voice(account.id, clip), noted);
  const asked = { ...about, clip, patience: unheard ? KEPT_MS : patience };
  const answer = await ask(s, account, recording, asked);
  if (answer === "late") {
    if (unheard) throw recogniserAway("late");
    // It was let go of: the transcriber gets it anew, and hears it later.
    return await keepVoice(s, account, recording, { ...about, unheard: true });
  }
  const heard = heardIn(answer, about);
  if (heard === "no-room") {
    return await wordsOf(s, account, recording, about);
  }
  const { voice } = heard;
  if (!voice) return heard;
  const kept: KeptVoice = { roomId, voice, language, at: Date.now() };
  await s.kv.set(keys.voice(account.id, voice.clip), kept);
  // The room may have ended, or the person left it, while it was heard: the sweep deletes it then.
  await findRoom(s, account.id, roomId);
  return heard;
}

/** What the transcriber answered. */
interface Answer {
  ok: boolean;
  status: number;
  body: unknown;
}

async function ask(
  s: KeepServices,
  account: Person,
  recording: Blob,
  { roomId, spoken, language, unheard, gone, clip, patience }:
    & About
    & { clip: string; patience: number },
): Promise<Answer | "late"> {
  const wishes = await wishesOf(s, account.id, roomId);
  const dictation = { ...wishes, ...(spoken !== undefined && { spoken }) };
  const { token } = await s.signer
    .personToken("transcriber", account, { dictation, clip });
  const query = new URLSearchParams({ keep: unheard ? "only" : "voice" });
  if (language) query.set("language", language);
  const late = AbortSignal.timeout(patience);
  const signal = gone ? AbortSignal.any([gone, late]) : late;
  try {
    const response = await fetch(
      `${s.config.transcriberUrl}/transcribe?${query}`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          // Browsers name what they do not know `application/octet-stream`, or nothing.
          "content-type": recording.type || "application/octet-stream",
        },
        body: recording,
        signal,
        redirect: "error",
      },
    );
    const { ok, status } = response;
    return { ok, status, body: await response.json() };
  } catch (error) {
    if (signal.aborted) letGoSoon(s, account.id, clip);
    if (late.aborted && !gone?.aborted) return "late";
    throw recogniserAway(error);
  }
}

/** Why a recording was not kept, though it may be heard: there was no room for it. */
const NO_ROOM = /^(clip-quota|clips-.*|disk-full)$/;

function heardIn(
  { ok, status, body }: Answer,
  { unheard }: Pick<About, "unheard">,
): Heard | "no-room" {
  const whole = ok ? Transcript.safeParse(body).data : undefined;
  if (whole) {
    const { clip, text, words, cut = false } = whole;
    return {
      // A transcriber of an earlier version keeps none.
      voice: clip === undefined ? undefined : {
        ...voiceOf({ ...whole, clip, words: wordsIn({ words }) }),
        ...(unheard && { waiting: true }),
      },
      text: contentOf(text),
      cut,
      doubtful: doubtfulOf(words),
    };
  }
  const failure = Failure.safeParse(body).data?.error;
  if (failure?.clip !== undefined) {
    const { clip, code } = failure;
    const voice = voiceOf({ ...failure, clip });
    // What has no words will have none later, either.
    const waits = code !== "audio-no-speech" && code !== "recognizer-off";
    return {
      voice: waits ? { ...voice, waiting: true } : voice,
      text: "",
      cut: false,
      doubtful: [],
    };
  }
  if (failure && NO_ROOM.test(failure.code)) return "no-room";
  if (!failure || status >= 500 || status === 429) {
    throw recogniserAway(failure?.code ?? status, failure?.message);
  }
  throw notTranscribed(failure.message);
}
