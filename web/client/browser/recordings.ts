/**
 * Recordings on this device until a message has them: what pending.ts does for texts. A browser that
 * keeps nothing does without.
 */
import type { Voice } from "../../../realtime/protocol.ts";
import { keepVoice, NotKept } from "./keep-voice.ts";
import { isRecordedKey, recordedKey } from "./recorded.ts";

export interface Recording {
  id: string;
  /** The id of whoever recorded it. */
  me: string;
  roomId: string;
  audio: Blob;
  /** The BCP 47 tag of what is spoken; empty: nobody said. */
  language: string;
  /** Its words are in the text. */
  known: boolean;
  /** When: milliseconds since the Unix epoch. */
  at: number;
  /** What web says of it, once it has it. */
  voice?: Voice;
  /** It went into a message, which may still wait. */
  taken?: true;
}

/** As in room.ts, which is in another file of the build. */
const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

const NAME = "chatsphere-recordings";
const STORE = "recordings";
/** After this long one that was not sent is forgotten: ms. */
const STALE = 30 * 86_400_000;
/** What a message that waits calls a recording which web does not have. */
const HERE = "device/";

export const clipOf = ({ id, voice }: Recording): Voice =>
  voice ?? { clip: HERE + id };

/** Whether a message that waits calls a recording this. */
export const isClipOf = ({ id, voice }: Recording, clip: string): boolean =>
  HERE + id === clip || voice?.clip === clip;

/** Whether one is to be forgotten, sent or not. */
export const isStale = ({ at }: Recording): boolean => Date.now() - at > STALE;

async function inStore<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () =>
    opening.result.createObjectStore(STORE, { keyPath: "id" });
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    const change = db.transaction(STORE, mode);
    const request = ask(change.objectStore(STORE));
    await new Promise((resolve, reject) => {
      change.oncomplete = resolve;
      change.onabort = () => reject(change.error);
    });
    return request.result;
  } finally {
    // A sign-out, which deletes all of it, waits for nobody.
    db.close();
  }
}

/** One that another tab has in hand is not offered in this one. */
const lockOf = (id: string) => `${NAME}/${id}`;

async function hold(id: string): Promise<boolean> {
  // Missing on plain http in a local network.
  if (!navigator.locks) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  navigator.locks.request(lockOf(id), { ifAvailable: true }, (lock) => {
    resolve(lock !== null);
    // As long as this page is there.
    return lock ? new Promise(() => {}) : undefined;
  });
  return await promise;
}

/** Whether a page that is open has one in hand. */
export async function isInHand({ id }: Recording): Promise<boolean> {
  const { held = [] } = await navigator.locks?.query() ?? {};
  return held.some(({ name }) => name === lockOf(id));
}

/** Recordings of which the server is told. */
const TOLD = 9;

/**
 * Tells the server, by a cookie, whose recordings wait in which rooms, so that whoever signs out is
 * asked first.
 */
function tell(): void {
  const list = Object.keys(localStorage).filter(isRecordedKey).slice(0, TOLD)
    .map((key) => key.split("/").slice(1, 3).join("/")).join(".");
  document.cookie = `recorded=${list};path=/;samesite=lax;max-age=${
    list ? 3e7 : 0
  }`;
}

/** Nothing of somebody's waits in a room any more. */
function noteNone(me: string, roomId: string): void {
  localStorage.removeItem(recordedKey(me, roomId));
  tell();
}

/** Keeps one; undefined where this device does not. */
export async function keepRecording(
  given: Omit<Recording, "id" | "at">,
): Promise<Recording | undefined> {
  const one = { ...given, id: newId(), at: Date.now() };
  try {
    // First: what no page would look for again is not to stay.
    localStorage.setItem(recordedKey(one.me, one.roomId), "1");
    await inStore("readwrite", (store) => store.put(one));
    tell();
    await hold(one.id);
    return one;
  } catch {
    // Blocked, or the device is full.
    return undefined;
  }
}

/** Notes what became of one; nothing if it is gone. */
export async function noteRecording(
  one: Recording,
  change: Pick<Partial<Recording>, "voice" | "known" | "taken">,
): Promise<void> {
  Object.assign(one, change);
  const before = await find(({ id }) => id === one.id);
  if (!before) return;
  await inStore("readwrite", (store) => store.put(one)).catch(() => {});
}

/** Forgets one, as a message has it or nobody wants it. */
export async function dropRecording(
  { id, me, roomId }: Recording,
): Promise<void> {
  try {
    await inStore("readwrite", (store) => store.delete(id));
    const left = await inStore("readonly", (store) => store.getAll());
    const isOfRoom = (one: Recording) => one.me === me && one.roomId === roomId;
    if (!left.some(isOfRoom)) noteNone(me, roomId);
  } catch {
    // Blocked: it is looked for again when the room is opened.
  }
}

/** All that this device keeps, whoever made them. */
export async function recordings(): Promise<Recording[]> {
  try {
    return await inStore("readonly", (store) => store.getAll());
  } catch {
    return [];
  }
}

const find = async (is: (one: Recording) => boolean) =>
  (await recordings()).find(is);

/** The recording of a message that waits. */
export const recordingOf = (clip: string): Promise<Recording | undefined> =>
  find((one) => isClipOf(one, clip));

/**
 * The last recording that somebody made in a room and did not send, if no other tab has it. What
 * messages took which are gone is forgotten.
 *
 * @param waiting the clips of messages that still wait.
 */
export async function looseRecording(
  me: string,
  roomId: string,
  waiting: (string | undefined)[],
): Promise<Recording | undefined> {
  const found = (await recordings()).filter((one) =>
    one.me === me && one.roomId === roomId
  ).sort((a, b) => b.at - a.at);
  let isMore = false;
  let loose: Recording | undefined;
  for (const one of found) {
    const waits = waiting.some((clip) => clip && isClipOf(one, clip));
    if (!waits && (one.taken || isStale(one))) {
      await dropRecording(one);
      continue;
    }
    isMore = true;
    if (!waits && !loose && await hold(one.id)) loose = one;
  }
  if (isMore) tell();
  else noteNone(me, roomId);
  return loose;
}

/** What became of the recording of a message: what to say of it, or why it cannot be said. */
export type VoiceFate = Voice | undefined | "later" | "lost" | {
  /** Why web refused it: a sentence. */
  failed: string;
};

/** Has web keep the recording of a message that waits, unless it has it. */
export async function sendRecording(
  roomId: string,
  voice: Voice | undefined,
): Promise<VoiceFate> {
  if (!voice?.clip.startsWith(HERE)) return voice;
  const one = await recordingOf(voice.clip);
  if (!one) return "lost";
  if (one.voice) return one.voice;
  try {
    const { language, audio } = one;
    const kept = await keepVoice(roomId, audio, { language, known: true });
    // There is no room for it: the text goes alone.
    if (kept.voice) await noteRecording(one, { voice: kept.voice });
    return kept.voice;
  } catch (error) {
    return error instanceof NotKept && error.isFinal
      ? { failed: error.message }
      : "later";
  }
}

/** For a recording that web no longer has: what the message is to say so that it is sent again. */
export async function renewRecording(clip: string): Promise<Voice | undefined> {
  const one = await recordingOf(clip);
  if (!one) return undefined;
  await noteRecording(one, { voice: undefined });
  return clipOf(one);
}

/** Forgets the recording of a message that was sent. */
export async function forgetSent(clip: string): Promise<void> {
  const one = await recordingOf(clip);
  if (one) await dropRecording(one);
}
