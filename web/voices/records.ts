import type { Voice } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";

/**
 * The voice notes' part of KV. All of it, in one place:
 *
 * | key | value |
 * |---|---|
 * | `["voices", account id, clip]` | {@link KeptVoice}: recorded, and in no message that is known |
 * | `["voices_sent", account id, clip]` | {@link SentVoice}: whose message it is, as long as it is kept |
 * | `["voices_waiting", clip]` | {@link WaitingVoice}: sent, with its words still to come |
 *
 * The recordings themselves are the transcriber's.
 */
export interface KeptVoice {
  roomId: string;
  voice: Voice;
  /** The BCP 47 tag of what is spoken in it, where that was said. */
  language?: string;
  /** When it was recorded or last sent: milliseconds since the Unix epoch. */
  at: number;
  /** The message that it is being sent with, or was. */
  clientId?: string;
  /** It is being kept at this moment, or was when whoever asked for that ended. */
  coming?: true;
}

/** A recording belongs to one message: it is deleted with that, and with no other that names it. */
export interface SentVoice {
  roomId: string;
  clientId: string;
  /** The id of the message, once the room log has it. */
  id?: string;
}

export interface WaitingVoice {
  roomId: string;
  /** The id of the person whose it is. */
  owner: string;
  /** The id of its message. */
  id: string;
  voice: Voice;
  language?: string;
  /** When it was sent, and when its words are asked for next: milliseconds since the Unix epoch. */
  sentAt: number;
  due: number;
  /** How often they were asked for in vain. */
  tries: number;
}

export const keys = {
  voices: () => ["voices"],
  voicesOf: (owner: string) => ["voices", owner],
  voice: (owner: string, clip: string) => ["voices", owner, clip],
  allSentOf: (owner: string) => ["voices_sent", owner],
  sent: (owner: string, clip: string) => ["voices_sent", owner, clip],
  allWaiting: () => ["voices_waiting"],
  waiting: (clip: string) => ["voices_waiting", clip],
};

export const read = (
  { kv }: Pick<Services, "kv">,
  owner: string,
  clip: string,
): Promise<Deno.KvEntryMaybe<KeptVoice>> => kv.get(keys.voice(owner, clip));

/** What is known of a recording that may be sent to a room; undefined when it may not. */
export async function keptVoice(
  s: Pick<Services, "kv">,
  owner: string,
  roomId: string,
  clip: string,
): Promise<Voice | undefined> {
  const { value } = await read(s, owner, clip);
  return value?.roomId === roomId && !value.coming ? value.voice : undefined;
}
