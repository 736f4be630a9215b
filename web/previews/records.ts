import type { Services } from "../services.ts";

/**
 * The previews' part of KV:
 *
 * | key | value |
 * |---|---|
 * | `["preview_jobs", room id, message id]` | {@link Job}: the message is still to be looked at |
 * | `["previews", room id, message id]` | {@link Known}: what became of its link |
 *
 * Nothing of a message's text is in it.
 */
export interface Job {
  /** The id of whoever wrote it. */
  owner: string;
  tries: number;
  /** Some process works on it until then: milliseconds since the Unix epoch. */
  until: number;
}

export interface Known {
  /** Tells the address from others, without having it. */
  hash: string;
  /** The id of its picture's file. */
  picture?: string;
  /** Its sender took the preview away. */
  gone?: true;
}

export const keys = {
  jobs: () => ["preview_jobs"],
  job: (roomId: string, id: string) => ["preview_jobs", roomId, id],
  known: (roomId: string, id: string) => ["previews", roomId, id],
};

/** How long it is known: what is edited after that keeps its picture until it is deleted. */
const KNOWN_MS = 90 * 24 * 60 * 60 * 1000;

export const readKnown = (
  { kv }: Pick<Services, "kv">,
  roomId: string,
  id: string,
): Promise<Deno.KvEntryMaybe<Known>> => kv.get<Known>(keys.known(roomId, id));

/** Remembers it, unless that changed since it was read; whether it is remembered. */
export async function keepKnown(
  { kv }: Pick<Services, "kv">,
  entry: Deno.KvEntryMaybe<Known>,
  known: Known,
): Promise<boolean> {
  const { ok } = await kv.atomic().check(entry)
    .set(entry.key, known, { expireIn: KNOWN_MS }).commit();
  return ok;
}

/** Tells addresses apart. */
export async function hashOf(address: string): Promise<string> {
  const bytes = new TextEncoder().encode(address);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toBase64().slice(0, 22);
}
