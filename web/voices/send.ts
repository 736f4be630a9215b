/** How voice notes come into messages: only whoever recorded one may send it, once, in its room. */
import type { Message, Voice } from "../../realtime/protocol.ts";
import { untilCommitted } from "../accounts/store.ts";
import { AppError } from "../errors.ts";
import { postWithFiles, type WithFiles } from "../files/send.ts";
import type { Person, Services } from "../services.ts";
import { voiceSent } from "./errors.ts";
import { type KeptVoice, keys, read, type WaitingVoice } from "./records.ts";
import { hearSoon } from "./waiting.ts";

type SendServices = Pick<
  Services,
  "kv" | "files" | "realtime" | "config" | "signer"
>;

/**
 * Posts a message with what was kept for it before: files, and a voice note, of which web says what
 * it is. A clip that was kept elsewhere than here is its clip alone.
 *
 * @throws {AppError} `voice-gone` (422) for one that was sent in another message; what
 * {@link postWithFiles} throws.
 */
export async function postMessage(
  s: SendServices,
  account: Person,
  roomId: string,
  draft: WithFiles,
): Promise<Message> {
  const { voice: { clip } = {}, clientId } = draft;
  const voice = clip === undefined
    ? undefined
    : await claim(s, account.id, roomId, { clip, clientId });
  if (!voice) return await postWithFiles(s, account, roomId, draft);
  try {
    const message = await postWithFiles(s, account, roomId, {
      ...draft,
      voice,
    });
    await settle(s, account.id, message, voice);
    if (voice.waiting) hearSoon(s);
    return message;
  } catch (error) {
    // It was refused, so that it can be sent in another message. After anything else it may have
    // been stored: the sweep finds out.
    if (error instanceof AppError && error.status < 500) {
      await release(s, account.id, voice.clip, clientId);
    }
    throw error;
  }
}

/** Makes a voice note this message's own; undefined for one that is not known here. */
async function claim(
  s: SendServices,
  owner: string,
  roomId: string,
  { clip, clientId }: { clip: string; clientId: string },
): Promise<Voice | undefined> {
  return await untilCommitted(async () => {
    const entry = await read(s, owner, clip);
    if (entry.value?.roomId !== roomId) return null;
    const { clientId: by = clientId, voice } = entry.value;
    if (by !== clientId) throw voiceSent();
    const claimed = { ...entry.value, clientId, at: Date.now() };
    const { ok } = await s.kv.atomic().check(entry).set(entry.key, claimed)
      .commit();
    return ok ? voice : undefined;
  }) ?? undefined;
}

async function release(
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

/** The message has it: from now on it is the room log's. */
async function settle(
  s: SendServices,
  owner: string,
  message: Message,
  voice: Voice,
): Promise<void> {
  // Sent again under its id, the first message stands, with the recording that it has.
  if (message.voice?.clip !== voice.clip) {
    return await release(s, owner, voice.clip, message.clientId);
  }
  const { value } = await read(s, owner, voice.clip);
  if (value) await settled(s, owner, message.id, value);
}

/** Notes that a message has a voice note, and that its words are still to come if they are. */
export async function settled(
  s: Pick<Services, "kv">,
  owner: string,
  id: string,
  { roomId, voice, language }: KeptVoice,
): Promise<void> {
  const { clip } = voice;
  const commit = s.kv.atomic().delete(keys.voice(owner, clip));
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
