import type { Caller } from "../auth.ts";
import { ApiError } from "../errors.ts";

/** A kept recording. */
export interface ClipInfo {
  /** 128 random bits, base64url. */
  id: string;
  /** `Caller.id` of who recorded it. */
  owner: string;
  /** One of sniff.ts's content types, never what the sender claimed. */
  contentType: string;
  /** Seconds. */
  duration: number;
  bytes: number;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
}

export interface Clip {
  info: ClipInfo;
  bytes: Uint8Array;
}

/** Where recordings are kept that people chose to attach. */
export interface Clips {
  put(
    bytes: Uint8Array,
    about: Pick<ClipInfo, "owner" | "contentType" | "duration">,
  ): Promise<ClipInfo>;
  /** Null when there is none, or when the id is not one of ours. */
  get(id: string): Promise<Clip | null>;
  /** Deleting what does not exist is no error. */
  delete(id: string): Promise<void>;
}

export const newClipId = (): string =>
  crypto.getRandomValues(new Uint8Array(16))
    .toBase64({ alphabet: "base64url", omitPadding: true });

export const isClipId = (id: string): boolean => /^[\w-]{22}$/.test(id);

/**
 * The clip, if this caller may have it: its owner, or web, which has checked membership.
 * @throws {ApiError} 404 `not-found`, the same for a stranger's clip as for none
 */
export async function clipFor(
  clips: Clips,
  caller: Caller,
  id: string,
): Promise<Clip> {
  const clip = await clips.get(id);
  const allowed = clip !== null &&
    (caller.kind === "service" || clip.info.owner === caller.id);
  if (!allowed) {
    throw new ApiError({
      code: "not-found",
      status: 404,
      message: "There is no such recording, or it is not yours.",
    });
  }
  return clip;
}
