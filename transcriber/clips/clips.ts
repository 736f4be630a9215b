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
  /** Which store it is, for operators. */
  readonly name: string;
  put(
    bytes: Uint8Array,
    about: Pick<ClipInfo, "owner" | "contentType" | "duration">,
  ): Promise<ClipInfo>;
  /** Null when there is none, or when the id is not one of ours. */
  get(id: string): Promise<Clip | null>;
  /** What is known about a clip, without its bytes; null as `get`. */
  find(id: string): Promise<ClipInfo | null>;
  /** Deleting what does not exist is no error. */
  delete(id: string): Promise<void>;
  /**
   * The store's own address of a clip, which opens without a credential until `expiresAt`
   * (milliseconds since the Unix epoch). A store without such leaves playing to this service.
   */
  address?(id: string, expiresAt: number): Promise<string>;
  /** Rejects when nothing can be kept. A store that asks money for each question has none. */
  check?(): Promise<void>;
}

const DAY_MS = 86_400_000;

/** Whether a clip is older than it may become; without `days` none ever is. */
export const isExpired = (
  { createdAt }: ClipInfo,
  days: number | undefined,
  now: number,
): boolean => days !== undefined && now - createdAt > days * DAY_MS;

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
  await assertAllowed(clips, caller, id);
  return await clips.get(id) ?? refuse();
}

/**
 * Nothing, if this caller may have that clip.
 * @throws {ApiError} as `clipFor`
 */
export async function assertAllowed(
  clips: Clips,
  caller: Caller,
  id: string,
): Promise<void> {
  const info = await clips.find(id);
  const allowed = info !== null &&
    (caller.kind === "service" || info.owner === caller.id);
  if (!allowed) refuse();
}

function refuse(): never {
  throw new ApiError({
    code: "not-found",
    status: 404,
    message: "There is no such recording, or it is not yours.",
  });
}
