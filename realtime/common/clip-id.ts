import { createHash } from "node:crypto";

/** Ids of kept recordings, which web may choose, so that it can have one deleted without an answer. */

const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/**
 * 8 characters by which a bucket finds what somebody keeps, as it lists by prefix alone.
 *
 * @param owner `person:` and their id, for people.
 */
export const tagOf = (owner: string): string =>
  new Uint8Array(createHash("sha256").update(owner).digest()).subarray(0, 6)
    .toBase64(BASE64URL);

/** The owner's tag, and 84 random bits. Those of earlier versions are random throughout. */
export const newClipId = (owner: string): string =>
  tagOf(owner) +
  crypto.getRandomValues(new Uint8Array(11)).toBase64(BASE64URL).slice(0, 14);

/** Whether there can be a recording by that name, of whichever kind of store. */
export const isClipName = (id: string): boolean => /^[\w-]{1,256}$/.test(id);

export const isClipId = (id: string): boolean => /^[\w-]{22}$/.test(id);

/** Whether somebody may choose that id. */
export const isClipIdOf = (owner: string, id: string): boolean =>
  isClipId(id) && id.startsWith(tagOf(owner));
