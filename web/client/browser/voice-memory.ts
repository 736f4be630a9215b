/** What a device remembers of voice notes: where each was left, how fast they go, and what plays. */
import type { Message, SpokenWord } from "../../../realtime/protocol.ts";
import { PLAYING } from "./voices.ts";

/** A voice note that is played. */
export interface Track {
  roomId: string;
  /** Its message's. */
  id: string;
  name: string;
  ms: number;
  words: SpokenWord[];
}

export const trackOf = (
  roomId: string,
  { id, sender, voice }: Message,
): Track => ({
  ...{ roomId, id, name: sender.name },
  ...{ ms: voice?.ms ?? 0, words: voice?.words ?? [] },
});

const POSITIONS = "chatsphere/voice-positions";
const RATE = "chatsphere/voice-rate";
/** Voice notes whose positions are remembered. */
const MOST = 50;
/** A page that comes later than this after the one before does not begin to speak by itself: ms. */
const SOON = 5_000;

function guarded<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise; // storage that is full or forbidden loses a position, and nothing else
  }
}

type Positions = [id: string, seconds: number][];
const positions = (): Positions =>
  guarded(() => JSON.parse(localStorage.getItem(POSITIONS) ?? "[]"), []);

/** Where a voice note was left: seconds. */
export const positionOf = (id: string): number =>
  positions().find(([known]) => known === id)?.[1] ?? 0;

/** Remembers where one was left; at its beginning or its end it is forgotten. */
export function keepPosition(id: string, seconds: number, ended: boolean) {
  const others = positions().filter(([known]) => known !== id);
  if (seconds > 0 && !ended) others.push([id, seconds]);
  guarded(
    () => localStorage.setItem(POSITIONS, JSON.stringify(others.slice(-MOST))),
    undefined,
  );
}

export const rateKept = (): number =>
  guarded(() => Number(localStorage.getItem(RATE)), 0) || 1;

export const keepRate = (rate: number): void =>
  guarded(() => localStorage.setItem(RATE, String(rate)), undefined);

/** Remembers what plays for a person's next page in this tab; nothing: nothing does. */
export const keepPlaying = (me = "", track?: Track, paused = true): void =>
  guarded(
    () =>
      track
        ? sessionStorage.setItem(
          PLAYING,
          JSON.stringify({ me, track, paused, at: Date.now() }),
        )
        : sessionStorage.removeItem(PLAYING),
    undefined,
  );

/** What played in a person's page before, and whether it is to go on by itself. */
export function playingKept(
  me: string,
): { track: Track; goesOn: boolean } | undefined {
  return guarded(() => {
    const kept = JSON.parse(sessionStorage.getItem(PLAYING)!);
    const { track, paused, at } = kept;
    // Somebody else signed in since: what was said to the one before is not theirs to read.
    if (kept.me !== me) return void sessionStorage.removeItem(PLAYING);
    return { track, goesOn: !paused && Date.now() - at < SOON };
  }, undefined);
}
