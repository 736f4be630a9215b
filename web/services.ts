import type { Config } from "./config.ts";
import type { Signer } from "./tokens/signer.ts";
import type {
  Draft,
  EntryFrame,
  HistoryPage,
  Message,
  Role,
  RoomSummary,
} from "../realtime/protocol.ts";

export interface FaceEngine {
  enrol(
    selfies: Uint8Array[],
  ): Promise<{ template: Uint8Array; best: number }>;
  verify(
    enrolled: {
      template: Uint8Array;
      selfie: () => Promise<Uint8Array | null>;
    },
    live: Uint8Array,
  ): Promise<{ match: boolean; distance?: number }>;
  close(): Promise<void>;
}

export interface Blobs {
  put(key: string, bytes: Uint8Array, type: string): Promise<void>;
  get(key: string): Promise<{ bytes: Uint8Array; type: string } | null>;
  delete(key: string): Promise<void>;
}

export interface Mailer {
  send(
    mail: { to: string; subject: string; text: string; html: string },
  ): Promise<void>;
}

type Person = { id: string; name: string };
type Roles = Record<string, Role>;

export interface RoomLog {
  history(
    account: Person,
    roles: Roles,
    roomId: string,
    page: { before?: number; after?: number; limit?: number },
  ): Promise<HistoryPage>;
  post(
    account: Person,
    roles: Roles,
    roomId: string,
    draft: Draft,
  ): Promise<Message>;
  summaries(
    account: Person,
    roles: Roles,
  ): Promise<Record<string, RoomSummary>>;
  markRead(
    account: Person,
    roles: Roles,
    roomId: string,
    offset: number,
  ): Promise<void>;
  membershipChanged(
    roomId: string,
    userId: string,
    removed: boolean,
  ): Promise<void>;
  stream(
    account: Person,
    roles: Roles,
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
  mailer: Mailer;
  signer: Signer;
  roomLog: RoomLog;
}
