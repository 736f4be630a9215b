import type { Config } from "./config.ts";
import type { Blobs } from "./faces/blobs.ts";
import type { FaceEngine } from "./faces/engine.ts";
import type { FileStore } from "./files/file-store.ts";
import type { Outbox } from "./mail/outbox-mail.ts";
import type { Outside } from "./previews/outside.ts";
import type { Push } from "./notifications/push/send.ts";
import type { Signer } from "./tokens/signer.ts";
import type {
  Draft,
  EntryFrame,
  Mention,
  Message,
  Position,
  RoomSummary,
} from "../realtime/protocol.ts";
import type {
  Alert,
  AlertPage,
  Asked,
  HistoryPage,
  Leftover,
  MemberList,
  MembersUpdate,
  NotedAlert,
  Previewed,
  Rename,
  Renamed,
  RoomClips,
  Search,
  SearchPage,
  SessionsEnded,
  Transcript,
  Withdrawal,
  Withdrawn,
  WrittenBy,
} from "../realtime/protocol-http.ts";

export type { Blobs, FaceEngine };

/** Sends one e-mail, or throws MailError: `mail-failed` (503), `mail-refused` (422). */
export interface Mailer {
  send(
    mail: {
      to: string;
      subject: string;
      text: string;
      html: string;
      /** Names the e-mail in its Message-ID: the same one, sent again, has the same id. */
      id?: string;
      /** The address that ends e-mails of its kind, in one click (RFC 8058). */
      unsubscribe?: string;
    },
  ): Promise<void>;
  /** Deletes what it keeps of e-mails to this address, where it keeps any. */
  forget?(address: string): Promise<void>;
}

/** Whoever realtime is asked for, in the session called `sid`. */
export interface Person {
  id: string;
  name: string;
  sid?: string;
}

/** What is to become of the message with this id. */
export type Change =
  & { id: string }
  & (
    | { event: "edit-message"; content: string; mentions?: Mention[] }
    | { event: "delete-message" }
    | { event: "react"; emoji: string; on: boolean }
  );

/** What realtime keeps of rooms, asked for on behalf of a person; see rooms/realtime-client.ts. */
export interface RealtimeClient {
  history(
    account: Person,
    roomId: string,
    page: { before?: number; after?: number; limit?: number },
  ): Promise<HistoryPage>;
  /** Finds messages in those of the rooms that the person is in. */
  search(account: Person, search: Search): Promise<SearchPage>;
  post(
    account: Person,
    roomId: string,
    draft: Draft,
  ): Promise<Message>;
  /**
   * One message.
   * @throws {AppError} `not-found` (404)
   */
  find(
    account: Person,
    roomId: string,
    id: string,
  ): Promise<Message>;
  /**
   * Edits or deletes a message, or reacts to it; gives it as it is then.
   * @throws {AppError} `not-found` (404), `forbidden` (403)
   */
  amend(
    account: Person,
    roomId: string,
    change: Change,
  ): Promise<Message>;
  /** Of those of these rooms that the person is in. */
  summaries(
    account: Person,
    roomIds: string[],
  ): Promise<Record<string, RoomSummary>>;
  /** When each of the person's rooms was last written to: milliseconds since the Unix epoch. */
  activity(account: Person): Promise<Record<string, number>>;
  /**
   * Whether somebody would read now what they read at a moment, as far as that is known: then gives
   * the moment until which it is so, and null otherwise.
   */
  stillSo(asked: Asked): Promise<string | null>;
  markRead(
    account: Person,
    roomId: string,
    offset: number,
  ): Promise<void>;
  /** Hands over who is in a room: whoever is no longer in it is out when this resolves. */
  handOver(roomId: string, list: MemberList): Promise<void>;
  /**
   * The same with what is different alone; false where realtime has none of the versions that it
   * follows on from, and needs the list.
   */
  updateMembers(roomId: string, update: MembersUpdate): Promise<boolean>;
  /** Tells whoever has a room open what people are called in it now; by their ids. */
  namesChanged(roomId: string, names: Record<string, string>): Promise<void>;
  /** Tells everyone in a room that it is called otherwise now. */
  roomRenamed(roomId: string, name: string, userId?: string): Promise<void>;
  /** Closes the sockets of sessions that ended, and refuses their tokens. */
  sessionsEnded(which: SessionsEnded): Promise<void>;
  /**
   * Ends somebody's sessions, and has a part of the log call them otherwise; with `after` in the
   * answer there is more to do.
   */
  rename(rename: Rename): Promise<Renamed>;
  /**
   * Gives everybody the words of a voice note that was sent without them.
   * @throws {AppError} `not-found` (404) when its message is gone
   */
  transcript(roomId: string, heard: Transcript): Promise<void>;
  /** The recordings and files in a part of a room. */
  clips(roomId: string, after?: number): Promise<RoomClips>;
  /** What somebody wrote in a part of a room; with `after` in the answer there is more. */
  written(roomId: string, userId: string, after?: number): Promise<WrittenBy>;
  /** Deletes what somebody wrote in a part of a room; with `after` in the answer there is more. */
  withdraw(roomId: string, withdrawal: Withdrawal): Promise<Withdrawn>;
  /** Some of what hung on messages that are gone, until it is {@link leftoversTaken}. */
  leftovers(): Promise<Leftover[]>;
  leftoversTaken(leftovers: Leftover[]): Promise<void>;
  /** Gives a message the preview of a page it links to, or takes it away. */
  showPreview(roomId: string, previewed: Previewed): Promise<void>;
  /** Rooms in which somebody may have to be told of something, until they are taken. */
  alerts(): Promise<NotedAlert[]>;
  alertsTaken(alerts: Alert[]): Promise<void>;
  /** What that is, after a position. */
  alertPage(roomId: string, after: Position | null): Promise<AlertPage>;
  /** How far these people have read. */
  positions(roomId: string, people: string[]): Promise<Record<string, number>>;
  /**
   * One message, on behalf of nobody: whoever tells somebody of it looks whether they may know.
   * @throws {AppError} `not-found` (404)
   */
  readFor(roomId: string, id: string): Promise<Message>;
  /** Deletes everything that was said in a room that has ended. */
  endRoom(roomId: string): Promise<void>;
  stream(
    account: Person,
    roomId: string,
    after: number,
    signal: AbortSignal,
  ): Promise<ReadableStream<EntryFrame>>;
}

/** Everything the domain functions work on; their first parameter is this, or a part of it. */
export interface Services {
  config: Config;
  kv: Deno.Kv;
  faces: FaceEngine;
  blobs: Blobs;
  files: FileStore;
  outside: Outside;
  mailer: Mailer;
  /** Where e-mails are while no mail server is set up. */
  outbox: Outbox;
  push: Push;
  signer: Signer;
  realtime: RealtimeClient;
}
