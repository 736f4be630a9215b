/** How voice notes come into messages: only whoever recorded one may send it, once, in its room. */
import type { Message, Voice } from "../../realtime/protocol.ts";
import { untilCommitted } from "../accounts/store.ts";
import { AppError } from "../errors.ts";
import { postWithFiles, type WithFiles } from "../files/send.ts";
import type { Person, Services } from "../services.ts";
import { voiceGone, voiceSent } from "./errors.ts";
import { isKept } from "./play.ts";
import {
  type KeptVoice,
  keys,
  read,
  type SentVoice,
  type WaitingVoice,
} from "./records.ts";
import { hearSoon } from "./waiting.ts";

type SendServices = Pick<
  Services,
  "kv" | "files" | "realtime" | "config" | "signer"
>;

/** What is known of a recording that is being sent, and what to undo where it is refused. */
interface Claim {
  voice: Voice;
  release(): Promise<void>;
}

/**
 * Posts a message with what was kept for it before: files, and a voice note, of which web says what
 * it is. A clip that was kept elsewhere than here is its clip alone.
 *
 * @throws {AppError} `voice-gone` (422) for one that was sent in another message, or is not kept any
 * more; `voices-unavailable` (503) where that cannot be told; what {@link postWithFiles} throws.
 */
export function postMessage(
  s: SendServices,
  account: Person,
  roomId: string,
  draft: WithFiles,
): Promise<Message> {
  const clip = draft.voice?.clip;
  return clip === undefined
    ? postWithFiles(s, account, roomId, draft)
    : postWithVoice(s, account, roomId, draft, clip);
}

async function postWithVoice(
  s: SendServices,
  account: Person,
  roomId: string,
  draft: WithFiles,
  clip: string,
): Promise<Message> {
  const { clientId } = draft;
  const place = { roomId, clip, clientId };
  const { voice, release } = await claim(s, account.id, place) ??
    await claimUnknown(s, account.id, place);
  try {
    const message = await postWithFiles(s, account, roomId, {
      ...draft,
      voice,
    });
    // Sent again under its id, the first message stands, with the recording that it has.
    if (message.voice?.clip === clip) await settle(s, account.id, message);
    else await release();
    if (voice.waiting) hearSoon(s);
    return message;
  } catch (error) {
    // It was refused, so that it can be sent in another message. After anything else it may have
    // been stored: the sweep finds out.
    if (error instanceof AppError && error.status < 500) await release();
    throw error;
  }
}

/** Which recording is sent to which room, in which message. */
interface Sending {
  roomId: string;
  clip: string;
  clientId: string;
}

/** Makes a voice note this message's own; undefined for one that is not known here. */
async function claim(
  s: SendServices,
  owner: string,
  { roomId, clip, clientId }: Sending,
): Promise<Claim | undefined> {
  return await untilCommitted(async () => {
    const entry = await read(s, owner, clip);
    if (entry.value === null) return null;
    const { clientId: by = clientId, voice, coming } = entry.value;
    if (entry.value.roomId !== roomId || coming) throw voiceGone();
    if (by !== clientId) throw voiceSent();
    const claimed = { ...entry.value, clientId, at: Date.now() };
    const { ok } = await s.kv.atomic().check(entry).set(entry.key, claimed)
      .commit();
    const release = () => unclaim(s, owner, clip, clientId);
    return ok ? { voice, release } : undefined;
  }) ?? undefined;
}

async function unclaim(
  s: SendServices,
  owner: string,
  clip: string,
  clientId: string,
): Promise<void> {
  const entry = await read(s, owner, clip);
  if (entry.value?.clientId !== clientId) return;
  const { clientId: _, ...kept } = entry.value;
  await s.kv.atomic().check(entry).set(entry.key, kept).commit();
}

/** The same for what a program kept by itself, what was sent before, and what is gone. */
async function claimUnknown(
  s: SendServices,
  owner: string,
  { roomId, clip, clientId }: Sending,
): Promise<Claim> {
  const key = keys.sent(owner, clip);
  const entry = await s.kv.get<SentVoice>(key);
  const { value } = entry;
  const isSame = value?.clientId === clientId && value.roomId === roomId;
  if (value && !isSame) throw voiceSent();
  const claim = { voice: { clip }, release: async () => {} };
  if (value) return claim;
  if (!await isKept(s, owner, clip)) throw voiceGone();
  const sent: SentVoice = { roomId, clientId };
  const { ok } = await s.kv.atomic().check(entry).set(key, sent).commit();
  // Somebody else names it at this very moment.
  if (!ok) return await claimUnknown(s, owner, { roomId, clip, clientId });
  return { ...claim, release: () => s.kv.delete(key) };
}

/** The message has it: from now on it goes with that. */
async function settle(
  s: SendServices,
  owner: string,
  { id, clientId, voice }: Message,
): Promise<void> {
  const { clip } = voice!;
  const { value } = await read(s, owner, clip);
  if (value) return await settled(s, owner, id, { ...value, clientId });
  const entry = await s.kv.get<SentVoice>(keys.sent(owner, clip));
  if (entry.value?.clientId !== clientId || entry.value.id) return;
  await s.kv.atomic().check(entry).set(entry.key, { ...entry.value, id })
    .commit();
}

/** Notes that a message has a voice note, and that its words are still to come if they are. */
export async function settled(
  s: Pick<Services, "kv">,
  owner: string,
  id: string,
  { roomId, voice, language, clientId = id }: KeptVoice,
): Promise<void> {
  const { clip } = voice;
  const sent: SentVoice = { roomId, clientId, id };
  const commit = s.kv.atomic().delete(keys.voice(owner, clip))
    .set(keys.sent(owner, clip), sent);
  if (voice.waiting) {
    const now = Date.now();
    const waiting: WaitingVoice = {
      ...{ roomId, owner, id, voice, language },
      ...{ sentAt: now, due: now, tries: 0 },
    };
    commit.set(keys.waiting(clip), waiting);
  }
  await commit.commit();
}
