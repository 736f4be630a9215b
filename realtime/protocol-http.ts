/** What is asked of realtime over HTTP, beside the frames of `protocol.ts`, and what it asks of web. */
import type { Draft, Message, Preview, Role, Voice } from "./protocol.ts";

/** `POST /rooms/:id/name`, by web alone: a room is called otherwise. */
export interface RoomRenamed {
  name: string;
  /** Who alone calls it so: a direct room is called after the others in it. */
  userId?: string;
}

/** `POST /rooms/:id/transcripts`, by web alone: the voice note of a message was heard at last. */
export interface Transcript {
  /** The message's. */
  id: string;
  /** What was said; empty where there were no words. */
  content: string;
  voice: Voice;
}

/** `POST /rooms/:id/previews`, by web alone: the page a message links to was looked up. */
export interface Previewed {
  /** The message's. */
  id: string;
  preview: Preview;
}

/**
 * `POST /api/internal/links` at web, by which realtime tells it, with the token of whoever wrote it,
 * that a message may link to a page, or was edited.
 */
export interface Linked {
  roomId: string;
  /** The message's. */
  id: string;
}

/**
 * `POST /sessions`, by web alone: sessions of a person ended. Without `sid` all of them did,
 * but the one called `keep`. Tokens name theirs in the claim `sid`.
 */
export interface SessionsEnded {
  userId: string;
  sid?: string;
  keep?: string;
}

/**
 * `PUT /rooms/:id/members`, by web alone: who is in a room. What has a higher version is
 * newer, and stays.
 */
export interface MemberList {
  version: number;
  /** By people's ids. */
  members: Record<string, Role>;
  /** Web wants to hear of every message, not just of those that mention somebody. */
  loud?: boolean;
  /** The room is no more. */
  ended?: boolean;
}

/**
 * `PATCH /rooms/:id/members`, by web alone: what changed since a version that realtime has. 409
 * `members-unknown` where it has none of those: then the whole list is to follow.
 */
export interface MembersUpdate {
  version: number;
  /** The versions from which `changed` leads to this one. */
  after: number[];
  /** By people's ids; null: not a member any more. */
  changed: Record<string, Role | null>;
  /** As in {@link MemberList}. */
  loud?: boolean;
}

/**
 * `GET /api/internal/members?rooms=` at web, which realtime asks with a person's token: the
 * members of those of the rooms that the person is in.
 */
export interface MembersAnswer {
  rooms: Record<string, MemberList>;
}

/** `POST /rooms/:id/names`, by web alone: people are called otherwise in a room; by id. */
export interface NamesChanged {
  names: Record<string, string>;
}

/** What hung on a message and is kept elsewhere: a recording at the transcriber, a file at web. */
export interface Attachment {
  kind: "clip" | "file";
  id: string;
  /** Who sent the message. What belongs to somebody else must stay. */
  owner: string;
}

/**
 * What hung on messages that are gone, because they were deleted or trimmed, or their room ended.
 * `GET /leftovers` gives some of them, to web alone. `POST /leftovers/taken` with their receipts
 * ends it: until then they are given again.
 */
export interface Leftover {
  roomId: string;
  /** Opaque. */
  receipt: string;
  attached: Attachment[];
}

/** `GET /leftovers`; when it is empty there are none now. */
export interface Leftovers {
  leftovers: Leftover[];
}

/** `POST /leftovers/taken` */
export interface LeftoversTaken {
  taken: Pick<Leftover, "roomId" | "receipt">[];
}

/**
 * `POST /renames`, by web alone: what is stored calls a person so from now on, whose account is gone,
 * and names none of their files and voice notes any more. Each call does a part of it and answers
 * {@link Renamed}.
 */
export interface Rename {
  userId: string;
  name: string;
  /** Where the part before this one ended. */
  after?: string;
}

/** With `after` there is more to do, from there. */
export interface Renamed {
  after?: string;
}

/** `GET /rooms/:id/written?by=&after=`, by web alone: a person's messages in a part of a room. */
export interface WrittenBy {
  /** Oldest first, as they are now; none that was deleted. */
  messages: Message[];
  /** What they chose under messages of this part, whoever wrote those. */
  reactions: { message: string; emoji: string[] }[];
  /** With it there is more to look at, after that offset. */
  after?: number;
}

/** `POST /rooms/:id/withdrawals`, by web alone: deletes a person's messages in a part of a room. */
export interface Withdrawal {
  userId: string;
  /** What whoever deletes them is called. */
  name: string;
  /** The offset before the part. */
  after?: number;
}

/** With `after` there is more to do, from there. */
export interface Withdrawn {
  after?: number;
}

/** `GET /rooms/:id/clips?after=`, by web alone: those of a part of a room's messages. */
export interface RoomClips {
  clips: {
    id: string;
    /** The id of the person who sent it. */
    owner: string;
    /** The id of the message that has it. */
    message: string;
  }[];
  /** The ids of the files of those messages. */
  files: string[];
  /** With it there is more to look at, after that offset. */
  after?: number;
}

/** `GET /rooms/:id/messages`; with `?id=` the answer is that one message. */
export interface HistoryPage {
  /** Oldest first, edits applied. */
  messages: Message[];
  epoch: string;
  /** The newest offset of the room when the page was read. */
  offset: number;
}

/** A kind of part that a message can be searched by. */
export type Has = "file" | "link" | "voice";

/**
 * `POST /search`: what to find in those of the rooms that the person is in. Terms are folded as
 * `text/fold.ts` does, and those that are not `whole` may be the beginnings of words.
 */
export interface Search {
  rooms: string[];
  terms: { text: string; whole: boolean }[];
  /** Ids of people: what one of them sent. */
  from?: string[];
  has?: Has[];
  /** From one moment up to before another, in milliseconds since the Unix epoch. */
  after?: number;
  before?: number;
  /** The best come first among the newest 500 that are found; without, the newest do. */
  order?: "newest" | "best";
  /** The `next` of the page before. */
  cursor?: string;
  limit?: number;
}

export interface FoundMessage extends Message {
  roomId: string;
}

/** The answer to `POST /search`. */
export interface SearchPage {
  /** Edits applied; deleted messages are not found. */
  messages: FoundMessage[];
  /** Where to go on, as `cursor`; null when there is nothing more to look at. A page may be
   * short, or empty, and yet have more before it: each looks at a bounded number. */
  next: string | null;
  /**
   * Several rooms were searched in a store that has no index, or has much that is not in it yet,
   * and only what was sent since this moment: milliseconds since the Unix epoch.
   */
  reached?: number;
  /** With the best first: of how many, the newest that were found, these are the best. */
  bestOf?: number;
}

/**
 * `GET /alerts`, by web alone: rooms in which somebody may have to be told of something. Each is
 * given again until `POST /alerts/taken` came with its receipt, and for a while after it was noted:
 * what it was noted for may still be on its way to the store.
 */
export interface Alerts {
  alerts: NotedAlert[];
}

/** With where the log of its room is now: whoever has looked so far need not look again. */
export interface NotedAlert extends Alert {
  epoch: string;
  offset: number;
}

export interface Alert {
  roomId: string;
  /** Opaque. */
  receipt: string;
}

/** `POST /alerts/taken` */
export interface AlertsTaken {
  taken: Alert[];
}

/**
 * `GET /rooms/:id/alerts?after=`, by web alone: what of the log somebody may have to be told of.
 * With `epoch` of the position it goes on from; of another epoch it begins with the newest entries.
 */
export interface AlertPage {
  epoch: string;
  /** Where to go on. */
  offset: number;
  /** There is more by now. */
  more: boolean;
  messages: AlertMessage[];
  /** Those that somebody else than their writer deleted; earlier versions do not tell. */
  removals?: Removal[];
}

/** A message was deleted by an admin of its room. */
export interface Removal {
  /** The message's. */
  id: string;
  /** Who deleted it. */
  by: string;
  /** Who had written it. */
  sender: string;
  /** When it was deleted. */
  timestamp: number;
}

/** A message, or an edit of one, which is told of under the id of the message. */
export interface AlertMessage {
  id: string;
  /** Of the message itself. */
  offset: number;
  sender: string;
  timestamp: number;
  /** Ids of those it mentions. */
  mentions: string[];
  edited?: boolean;
}

/** `POST /rooms/:id/positions`, by web alone: how far these people have read. */
export interface Positions {
  positions: Record<string, number>;
}

/**
 * The header of an answer that says at which moment what is in it was so, where the store tells: by
 * that web asks `POST /unchanged`.
 */
export const MOMENT = "x-moment";

/** Whether somebody would read now what they read at a {@link MOMENT}. */
export interface Asked {
  userId: string;
  since: string;
}

/** `POST /unchanged` with `{asked}`, by web alone. */
export interface Unchanged {
  /** The moment for which this is so; null: this store does not tell, and nothing is unchanged. */
  now: string | null;
  /** In the order in which it was asked. */
  unchanged: boolean[];
}

/** One message of a person, as web passes it on. */
export interface Post {
  /** Of the person. */
  token: string;
  roomId: string;
  message: Draft;
  /** The id of the request in which the person sent it. */
  requestId?: string;
  /** Web says that the files and the voice note in it are there, and are the person's. */
  vouched?: boolean;
}

/** What `POST /rooms/:id/messages` would have answered to it. */
export interface PostAnswer {
  status: number;
  /** The message as it is stored, or `{error: {code, message}}`. */
  body: unknown;
}

/** `POST /posts` with `{posts}`, by web alone: in the order of the posts. */
export interface PostAnswers {
  answers: PostAnswer[];
}

/**
 * `POST /api/internal/alerts` at web, which realtime calls with somebody's token once something is
 * noted: web looks, and answers when to call again.
 */
export interface Nudge {
  /** Who has read on in a room with alerts: web looks itself how far. */
  reads: [roomId: string, userId: string][];
}

export interface NudgeAnswer {
  /** Milliseconds; null: not until something is noted. */
  again: number | null;
}
