import type { ByteRange } from "../../realtime/common/byte-range.ts";
import type { Caller } from "../access/auth.ts";
import { ApiError } from "../http/errors.ts";

/** A kept recording. */
export interface ClipInfo {
  /** 22 characters of base64url; most of them random. */
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
  /** All of them, or the part that was asked for. */
  bytes: Uint8Array;
}

/** What is known of a clip before it is kept. */
export type NewClip =
  & Pick<ClipInfo, "owner" | "contentType" | "duration">
  & Partial<Pick<ClipInfo, "id">>;

/** Ids of clips. */
export interface ClipPage {
  ids: string[];
  after?: string;
}

/** Bytes of one owner, and of all. */
export interface Taken {
  own: number;
  all: number;
}

/** Bytes that a clip counts for at least: a million tiny ones are much as well. */
export const LEAST = 16 * 1024;

/** Where recordings are kept that people chose to attach. */
export interface Clips {
  /** Which store it is, for operators. */
  readonly name: string;
  /**
   * Keeps one, under a new id unless one is chosen, which must be the owner's.
   * @throws {ApiError} 409 `clip-taken` when something has that id
   */
  put(bytes: Uint8Array, about: NewClip): Promise<ClipInfo>;
  /** All of it or a part; null when there is none, or when the id is not one of ours. */
  get(id: string, part?: ByteRange): Promise<Clip | null>;
  /** What is known about a clip, without its bytes; null as `get`. */
  find(id: string): Promise<ClipInfo | null>;
  /** Deleting what does not exist is no error. */
  delete(id: string): Promise<void>;
  /**
   * Part of what somebody keeps, whatever its age; with `after` there may be more, from there on.
   * To delete what it names, while it is asked on, is allowed.
   */
  owned(owner: string, after?: string): Promise<ClipPage>;
  /** How much is taken; for each clip at least {@link LEAST}. */
  taken(owner: string): Promise<Taken>;
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
  { createdAt }: Pick<ClipInfo, "createdAt">,
  days: number | undefined,
  now: number,
): boolean => days !== undefined && now - createdAt > days * DAY_MS;

/** Clips that are deleted at a time. */
const TOGETHER = 16;

/** Deletes the clips of a page; resolves to where the next one begins, if there is one. */
export async function deleteOwned(
  clips: Clips,
  owner: string,
  after?: string,
): Promise<string | undefined> {
  const page = await clips.owned(owner, after);
  await deleteAll(clips, page.ids);
  return page.after;
}

/** Deletes clips, a few at a time. */
export async function deleteAll(clips: Clips, ids: string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += TOGETHER) {
    const some = ids.slice(from, from + TOGETHER);
    await Promise.all(some.map((id) => clips.delete(id)));
  }
}

/**
 * The clip, if this caller may have it: its owner, or web, which has checked membership.
 * @param personId whose it has to be besides
 * @throws {ApiError} 404 `not-found`, the same for a stranger's clip as for none
 */
export async function clipFor(
  clips: Clips,
  caller: Caller,
  id: string,
  personId?: string,
): Promise<Clip> {
  await assertAllowed(clips, caller, id, personId);
  return await clips.get(id) ?? refuse();
}

/**
 * What is known of a clip, if this caller may have it.
 * @throws {ApiError} as `clipFor`
 */
export async function assertAllowed(
  clips: Clips,
  caller: Caller,
  id: string,
  personId?: string,
): Promise<ClipInfo> {
  const info = await clips.find(id);
  const allowed = info !== null &&
    (caller.kind === "service" || info.owner === caller.id) &&
    (personId === undefined || info.owner === `person:${personId}`);
  return allowed ? info : refuse();
}

export const clipTaken = (cause?: unknown): ApiError =>
  new ApiError({
    code: "clip-taken",
    status: 409,
    message: "There is a recording under this id. Choose another.",
    cause,
  });

function refuse(): never {
  throw new ApiError({
    code: "not-found",
    status: 404,
    message: "There is no such recording, or it is not yours.",
  });
}
