import { dirname } from "node:path";
import { sweepPictures } from "./accounts/pictures.ts";
import { type Config, readConfig } from "./config.ts";
import type { Blobs } from "./faces/blobs.ts";
import type { FaceEngine } from "./faces/engine.ts";
import { folderBlobs } from "./faces/folder-blobs.ts";
import { localFaceEngine } from "./faces/local.ts";
import { log } from "./log.ts";
import { outboxMailer } from "./mail/outbox.ts";
import { smtpMailer } from "./mail/smtp.ts";
import { realtimeRoomLog } from "./rooms/log.ts";
import { createSigner, type Signer } from "./tokens/signer.ts";
import type {
  Draft,
  EntryFrame,
  HistoryPage,
  Message,
  Role,
  RoomSummary,
} from "../realtime/protocol.ts";

export type { Blobs, FaceEngine };

/** Sends e-mail, or throws AppError `mail-failed` (503). */
export interface Mailer {
  send(
    mail: { to: string; subject: string; text: string; html: string },
  ): Promise<void>;
}

type Person = { id: string; name: string };
type Roles = Record<string, Role>;

/** What realtime keeps of rooms, asked for on behalf of a person; see rooms/log.ts. */
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

/** The KV of a file, of a KV server, or of Deno Deploy itself. */
async function openKv({ kvPath }: Config): Promise<Deno.Kv> {
  if (kvPath !== undefined && !/^https?:/.test(kvPath)) {
    // Password hashes and face templates are in it: nobody else on this machine may look.
    await Deno.mkdir(dirname(kvPath), { recursive: true, mode: 0o700 });
  }
  return await Deno.openKv(kvPath);
}

/** Opens everything the configuration asks for. Close `kv` and `faces` when done. */
export async function createServices(config: Config): Promise<Services> {
  const kv = await openKv(config);
  const { appUrl, dataDir, mail, mailFrom, signingKey } = config;
  const signer = await createSigner(kv, { issuer: appUrl, signingKey });
  return {
    config,
    kv,
    faces: localFaceEngine(),
    blobs: folderBlobs(`${dataDir}/blobs`),
    mailer: mail.kind === "smtp"
      ? smtpMailer(mail.url, mail.from)
      : outboxMailer(`${dataDir}/outbox`, mailFrom),
    signer,
    roomLog: realtimeRoomLog(config, signer),
  };
}

let opened: Promise<Services> | undefined;

/**
 * The services of this process, from its environment: opened when first asked for, because a
 * build imports the app too and must not open any store. A failure is tried again next time.
 *
 * @throws {ConfigError} naming the variable that is missing or malformed.
 */
export function services(): Promise<Services> {
  opened ??= openFromEnvironment().catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function openFromEnvironment(): Promise<Services> {
  const s = await createServices(readConfig(Deno.env.toObject()));
  sweepPictures(s).catch((error) => log("warn", "sweep-failed", { error }));
  return s;
}
