import { dirname } from "node:path";
import { type Config, readConfig } from "./config.ts";
import { folderBlobs } from "./faces/folder-blobs.ts";
import { folderFiles } from "./files/folder-store.ts";
import { s3Files } from "./files/s3-store.ts";
import { localFaceEngine } from "./faces/local.ts";
import { rekognitionEngine } from "./faces/rekognition.ts";
import { s3Blobs } from "./faces/s3-blobs.ts";
import { webPush } from "./notifications/push/send.ts";
import { openKvFile } from "./kv.ts";
import { rememberingKv } from "./kv-memory.ts";
import { knowMoments, momentsOf } from "./kv-moment.ts";
import { log } from "./log.ts";
import { notedKv } from "./made-from.ts";
import { outboxDir, outboxIn } from "./mail/outbox.ts";
import { OutboxFiles } from "./mail/outbox-files.ts";
import { smtpMailer } from "./mail/smtp.ts";
import { internet } from "./previews/outside.ts";
import { membersOnly } from "./rooms/members-only.ts";
import { namedRealtime } from "./rooms/named-realtime.ts";
import { realtimeClient } from "./rooms/realtime-client.ts";
import { DataKeys } from "./sealing/data-keys.ts";
import { dataKeyFile, keysOfFile } from "./sealing/key-file.ts";
import { resealOnce } from "./sealing/reseal.ts";
import { sealedKv } from "./sealing/sealed-kv.ts";
import type { Services } from "./services.ts";
import { createSigner } from "./tokens/signer.ts";

/** The KV of a file, of a KV server, or of Deno Deploy itself. A file tells whether it changed. */
async function openKv(
  { kvPath }: Config,
): Promise<{ store: Deno.Kv; moment?: () => number }> {
  if (kvPath === undefined || /^https?:/.test(kvPath)) {
    return { store: await Deno.openKv(kvPath) };
  }
  // Password hashes and face templates are in it: nobody else on this machine may look.
  await Deno.mkdir(dirname(kvPath), { recursive: true, mode: 0o700 });
  await keepPrivate(kvPath);
  const kv = await openKvFile(kvPath);
  if (kvPath === ":memory:") return { store: kv };
  const moment = momentsOf(kvPath);
  return { store: rememberingKv(kv, moment), moment };
}

/**
 * The keys with which what is personal is sealed; null where none were given and there is no file
 * beside which to keep them.
 */
function openDataKeys({ dataKeys, kvPath }: Config): DataKeys | null {
  if (dataKeys !== undefined) return new DataKeys(dataKeys);
  const isFile = kvPath !== undefined && kvPath !== ":memory:" &&
    !/^https?:/.test(kvPath);
  return isFile ? keysOfFile(dataKeyFile(kvPath)) : null;
}

/**
 * Lets nobody else on this machine read the store, whatever mode an earlier version made it with.
 * SQLite gives the files it adds the mode of the first.
 */
async function keepPrivate(path: string): Promise<void> {
  const options = { create: true, write: true, mode: 0o600 };
  if (path !== ":memory:") (await Deno.open(path, options)).close();
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    await Deno.chmod(file, 0o600).catch(() => {
      // It is not there, or not ours: whoever owns it says who may read it.
    });
  }
}

/**
 * Who looks at faces and where their pictures are: always the same place for both, since people
 * agree to it (accounts/consent.ts).
 */
function openFaces(
  { aws, dataDir }: Config,
): Pick<Services, "faces" | "blobs"> {
  return aws
    ? { faces: rekognitionEngine(aws), blobs: s3Blobs(aws) }
    : { faces: localFaceEngine(), blobs: folderBlobs(`${dataDir}/blobs`) };
}

/** Opens everything the configuration asks for. Close `kv`, `faces`, `blobs` and `files` when done. */
export async function createServices(config: Config): Promise<Services> {
  const { store, moment } = await openKv(config);
  const keys = openDataKeys(config);
  if (keys !== null) await resealOnce(store, keys, config);
  const kv = notedKv(keys === null ? store : sealedKv(store, keys));
  if (moment) knowMoments(kv, moment);
  const { appUrl, dataDir, mail, mailFrom, signingKey } = config;
  await new OutboxFiles(outboxDir(config), keys).seal();
  const outbox = outboxIn(outboxDir(config), keys, mailFrom);
  const signer = await createSigner(kv, { issuer: appUrl, signingKey });
  return {
    config,
    kv,
    ...openFaces(config),
    files: config.aws ? s3Files(config.aws) : folderFiles(`${dataDir}/files`),
    outside: internet,
    mailer: mail.kind === "smtp" ? smtpMailer(mail.url, mail.from) : outbox,
    outbox,
    push: webPush(kv, config),
    signer,
    realtime: namedRealtime(
      membersOnly(realtimeClient(config, signer), { kv }),
      { kv },
    ),
  };
}

let opened: Promise<Services> | undefined;

/**
 * The services of this process, from its environment: opened when first asked for, because a
 * build imports the app too and must not open any store. A failure is tried again next time.
 * Asking also does what waits in the queues, and deletes what hung on messages that are gone, in the
 * background and not too often.
 *
 * @throws {ConfigError} naming the variable that is missing or malformed.
 */
export function services(): Promise<Services> {
  nudge();
  opened ??= openFromEnvironment().catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** Queues are gone through each half a minute at most: thousands of requests a second need not ask. */
const NUDGE_MS = 1_000;
let nudgedAt = 0;
let nudgeAll = () => {};

function nudge(): void {
  const now = Date.now();
  // The clock may have been set back.
  if (Math.abs(now - nudgedAt) < NUDGE_MS) return;
  nudgedAt = now;
  nudgeAll();
}

async function openFromEnvironment(): Promise<Services> {
  const s = await createServices(readConfig(Deno.env.toObject()));
  Deno.unrefTimer(setTimeout(() => startUpkeep(s), UPKEEP_MS));
  return s;
}

/**
 * Milliseconds until upkeep begins: the first page needs nothing of it, and would wait while all of it
 * is loaded and looks through KV.
 */
const UPKEEP_MS = 250;

async function startUpkeep(s: Services): Promise<void> {
  try {
    const upkeep = await import("./upkeep.ts");
    nudgeAll = upkeep.startUpkeep(s);
  } catch (error) {
    log("error", "upkeep-failed", { error });
  }
}
