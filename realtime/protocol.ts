/**
 * The frames of the realtime protocol: JSON text, one frame a WebSocket message.
 *
 * This file is the one definition; `web` imports its types. It must stay free of imports
 * so that a browser bundle can take the constants alone.
 */

import type { Mention, Parts, Preview, Voice } from "./protocol-parts.ts";

export type {
  FilePart,
  Mention,
  Parts,
  Preview,
  SpokenWord,
  Voice,
} from "./protocol-parts.ts";

/** Limits both sides keep. */
export const LIMITS = {
  /** Characters of a message after trimming, in UTF-16 code units. */
  contentLength: 4_000,
  /** Characters of a `clientId`. */
  clientIdLength: 64,
  /** Bytes of one frame from a client. */
  frameBytes: 65_536,
  /** Rooms of one person, and members of one room. */
  roomsEach: 5_000,
  membersEach: 10_000,
  /** Messages in one history page. */
  historyLimit: 100,
  /** Characters of a search, after trimming. */
  searchLength: 200,
  /** Entries replayed on recovery before the server sends a fresh window instead. */
  recoveryEntries: 500,
  /** Different reactions to one message: of one person, and of everyone. */
  reactionsEach: 12,
  reactions: 50,
  /** Files of one message. */
  files: 10,
  /** Characters of a file's name. */
  fileNameLength: 200,
  /** Of one voice note: parts of its waveform, words, and characters of a word. */
  peaks: 64,
  words: 1_000,
  wordLength: 64,
  /** Characters of a preview's title and description, and of the address it is of. */
  previewTitle: 200,
  previewText: 300,
  addressLength: 2_000,
  /** People one message mentions, and characters of what one is called there. */
  mentions: 50,
  mentionLength: 200,
  /** Seconds a fresh socket has to send `identify`. */
  identifySeconds: 15,
} as const;

/**
 * Every close code the server uses. 4000–4099: reconnect and recover; 4400–4499: final.
 * Those of RFC 6455 §7.4.1 come from the WebSocket layer, which reads frames before the
 * server does: 1006 (no close frame) always means reconnect and recover, 1002 and 1007 that
 * what came was no frame or no UTF-8. 1009 means a frame of more than 131,072 bytes, of
 * which the server cannot tell the client as it does below that: final, as the same frame
 * would end the next connection too.
 */
export const CLOSE = {
  /** The server is shutting down or restarting. */
  restart: 4000,
  /** Nothing identified the socket in time. */
  identifyTimeout: 4001,
  /** The server sheds load. */
  overloaded: 4002,
  /** The store lost its log, or the server lost the store. */
  storeUnavailable: 4003,
  /** The client read too slowly. */
  tooSlow: 4008,
  /** A frame that is not JSON text, or too large, too often. */
  badFrame: 4400,
  /** The token is missing, expired, forged or for another audience, or its session has
   * ended. Ask web for a new one, which says whether the person is signed in. */
  token: 4401,
  /** The person is no longer a member, and has no other room open. */
  notMember: 4403,
  /** The client sent far more than it may, or the person has too many sockets. */
  flooding: 4429,
} as const;

/** Whether a client should reconnect after a close with this code. */
export const mayReconnect = (code: number): boolean =>
  code !== 1009 && (code < 4400 || code > 4499);

/** In a room. Readers are in one that is archived: they read it, and nothing else. */
export type Role = "admin" | "member" | "reader";

/** A position in a room's log. A new epoch starts only when the log was lost. */
export interface Position {
  epoch: string;
  offset: number;
}

export interface Sender {
  id: string;
  name: string;
}

/**
 * The header in which web sends a token of its own, beside the person's, when it posts a message with
 * files or a voice note. With it web vouches that this person put the files into this room, and that
 * the voice note is theirs and is described truthfully. Without it, as over a socket, the server drops
 * files, and everything a message says of its voice note but the clip.
 */
export const FILES_TOKEN = "x-files-token";

/** The id by which a message mentions everyone in the room. */
export const EVERYONE = "*";

/** A stored message as everyone sees it, with later edits, deletion and reactions applied. */
export interface Message extends Parts {
  /** Unique, opaque. */
  id: string;
  clientId: string;
  sender: Sender;
  /** Milliseconds since the Unix epoch, by the server's clock. */
  timestamp: number;
  /** The offset of the entry that created it; integer, without gaps per room, from 1. */
  offset: number;
  replyTo?: string;
  editedAt?: number;
  /** Set if the message was deleted, which is final. */
  deletedAt?: number;
  /** Emoji to the ids of the people who chose it, in order. */
  reactions?: Record<string, string[]>;
}

/** What a client may set of a message. */
export interface Draft extends Parts {
  clientId: string;
  replyTo?: string;
}

export type ClientFrame =
  | { event: "identify"; token: string }
  | {
    event: "join-room";
    roomId: string;
    since?: Position;
    /**
     * True: no `message-ack` follows an entry of one's own that came back from the room, as
     * that says the same. One still comes for what did not: what was stored before, what was
     * sent before joining or after leaving, what the store answers first.
     */
    echo?: boolean;
  }
  | { event: "leave-room"; roomId: string }
  | { event: "chat-message"; roomId: string; message: Draft }
  | {
    event: "edit-message";
    roomId: string;
    clientId: string;
    id: string;
    content: string;
    mentions?: Mention[];
  }
  | { event: "delete-message"; roomId: string; clientId: string; id: string }
  | {
    event: "react";
    roomId: string;
    clientId: string;
    id: string;
    emoji: string;
    on: boolean;
  }
  | { event: "typing"; roomId: string }
  | { event: "read"; roomId: string; offset: number }
  /** Asks for summaries: of these rooms, at most 100, or of all one's own after an id. */
  | { event: "summaries"; rooms?: string[]; after?: string };

/** What changes a message: also `POST /rooms/:id/amendments`, without `roomId`. */
export type Amendment = Extract<
  ClientFrame,
  { event: "edit-message" | "delete-message" | "react" }
>;

/** One entry of a room's log, as delivered live and on recovery. */
export type EntryFrame =
  | {
    event: "new-message";
    roomId: string;
    epoch: string;
    offset: number;
    message: Message;
  }
  | {
    event: "message-edited";
    roomId: string;
    epoch: string;
    offset: number;
    id: string;
    clientId: string;
    /** Who did it. */
    sender: Sender;
    /** Empty once the message was deleted. */
    content: string;
    /**
     * Its voice note was heard at last: this is the voice note now, and `content` are its words
     * unless the message has got a text meanwhile. Nobody edited it.
     */
    voice?: Voice;
    /** Whom the text mentions now. */
    mentions?: Mention[];
    /**
     * The page it links to was looked up, or its preview was taken away: this is the preview now,
     * and nothing else of the message changed.
     */
    preview?: Preview;
    /**
     * Its sender's account is gone, and with it the files and the voice note of the message. With it
     * comes `preview` as it is now, of no address where there is none.
     */
    shed?: true;
    timestamp: number;
  }
  | {
    event: "message-deleted";
    roomId: string;
    epoch: string;
    offset: number;
    id: string;
    clientId: string;
    /** Who did it: the writer, or an admin. */
    sender: Sender;
    timestamp: number;
  }
  | {
    event: "reaction";
    roomId: string;
    epoch: string;
    offset: number;
    id: string;
    clientId: string;
    sender: Sender;
    emoji: string;
    on: boolean;
    timestamp: number;
  };

export type ServerFrame =
  | EntryFrame
  | {
    event: "identified";
    userId: string;
    /** Milliseconds since the Unix epoch: identify again before then. */
    expiresAt: number;
  }
  | {
    event: "room-joined";
    roomId: string;
    epoch: string;
    /** The newest offset, after the entries below. */
    offset: number;
    /** True: `entries` continue `since`. False: drop what you have and take `messages`. */
    recovered: boolean;
    /** The newest window, oldest first, edits applied; empty when recovered. */
    messages: Message[];
    /** The entries after `since`, in order; empty when not recovered. */
    entries: EntryFrame[];
    /** People with the room open now. */
    online: Sender[];
    /** This person's read position. */
    read: number;
  }
  | {
    event: "message-ack";
    clientId: string;
    id: string;
    roomId: string;
    offset: number;
    timestamp: number;
  }
  | {
    event: "error";
    code: string;
    /** A plain sentence for a person. */
    message: string;
    retryable: boolean;
    /** The clientId, or the event, this answers. */
    ref?: string;
  }
  | { event: "typing"; roomId: string; sender: Sender }
  | { event: "presence"; roomId: string; online: Sender[] }
  | { event: "read"; roomId: string; offset: number }
  | { event: "room-activity"; roomId: string; offset: number }
  | RoomNews
  | {
    event: "summaries";
    rooms: Record<string, FeedSummary>;
    /** What to ask for next, as `after`; null where this was the last page. */
    next: string | null;
  }
  /** News may have been missed: ask for summaries again. */
  | { event: "summaries-stale" }
  | { event: "room-renamed"; roomId: string; name: string }
  | { event: "membership"; roomId: string; removed: boolean }
  /** What these people are called in the room from now on, in old messages too; by id. */
  | { event: "names"; roomId: string; names: Record<string, string> };

/**
 * What happened in a room, for everyone who is in it and has not opened it on this socket. It covers
 * the entries after `after` up to `offset`, at most a tenth of a second of them. A client whose offset
 * is not `after`, or that knows another epoch, has missed some: it asks for the summary of the room. It
 * also does so if `changed` names a message that it shows, or that is unread.
 */
export interface RoomNews {
  event: "room-news";
  roomId: string;
  epoch: string;
  after: number;
  offset: number;
  /** New messages, by the ids of those who sent them. */
  by: Record<string, number>;
  /** The same, by the ids of those whom they mention; of {@link EVERYONE}, not of each as well. */
  mentioned?: Record<string, number>;
  /** The newest of them. */
  last?: FeedMessage;
  /** The offsets of messages that were edited or deleted. */
  changed?: number[];
}

/** A message as lists of rooms show it. */
export interface FeedMessage {
  id: string;
  offset: number;
  sender: Sender;
  timestamp: number;
  /** Its first words, on one line. */
  text: string;
  voice?: boolean;
  /** How many. */
  files?: number;
  deleted?: boolean;
}

/** What a person's feed begins with, of a room. */
export interface FeedSummary extends Omit<RoomSummary, "last"> {
  last: FeedMessage | null;
}

/** `GET /summaries`: for the list of rooms. */
export interface RoomSummary {
  epoch: string;
  offset: number;
  /** The person's read position. */
  read: number;
  /** Messages of others among the 500 entries after the read position. */
  unread: number;
  /** Those of them that mention the person, or everyone. */
  mentioned: number;
  last: Message | null;
}
