import { readDataKey } from "./sealing/data-keys.ts";
import type { JWK } from "jose";
import {
  type Env,
  isLocal,
  malformed,
  readFolder,
  readPort,
  readText,
  readUrl,
  withoutSlash,
} from "./env.ts";
import { ConfigError } from "../realtime/common/config-error.ts";
import { readTrustedProxies } from "./http/requests/peers.ts";
import { type AwsConfig, readAws } from "./faces/aws-config.ts";

/** Who may make an account, by `SIGN_UP`. */
export type SignUpPolicy =
  | { kind: "open" | "invited" }
  /** Whoever has an address at one of these domains, or an invitation. */
  | { kind: "domains"; domains: string[] };

/** Where this service passes the others' sockets and requests on: see gateway/. */
export const REALTIME_PATH = "/realtime";
export const TRANSCRIBER_PATH = "/transcriber";

/** Everything the environment decides, read once at the start. */
export interface Config {
  /** The origin people open, without a trailing slash; also the issuer of tokens. */
  appUrl: string;
  /** APP_URL is set: it is the address, whatever people came by. */
  urlGiven: boolean;
  port: number;
  /** Where pages open the WebSocket, without a trailing slash: {@link REALTIME_PATH} or an address. */
  wsUrl: string;
  /** Where pages send recordings, without a trailing slash: {@link TRANSCRIBER_PATH} or an address. */
  speechUrl: string;
  /** Where this service itself reaches the other two, without trailing slashes. */
  realtimeUrl: string;
  transcriberUrl: string;
  dataDir: string;
  /** A file, or a KV server's address; undefined on Deno Deploy: its own. */
  kvPath?: string;
  mail: { kind: "outbox" } | { kind: "smtp"; url: string; from: string };
  /** The sender of every mail. */
  mailFrom: string;
  /** Faces on Rekognition and pictures in S3; undefined: both stay on this machine. */
  aws?: AwsConfig;
  /** What a sign-in asks of a face besides matching; "turn": see accounts/liveness.ts. */
  faceLiveness: "off" | "turn";
  /**
   * Whether people store a face: everyone who registers, whoever wants to, or nobody new. A face
   * that is stored works until it is deleted.
   */
  faceSignIn: "required" | "offered" | "off";
  /** The keys that seal what is personal in KV; undefined: in a file beside it (sealing/). */
  dataKeys?: string[];
  /** Days for which it is kept what happened: see audit/events.ts. */
  auditDays: number;
  /** Who may make an account. */
  signUp: SignUpPolicy;
  /** Whom people can find: everyone on this server, or those they share a room with. */
  peopleDirectory: "everyone" | "rooms";
  /** Who may make rooms that anyone on this server can join. */
  openRooms: "everyone" | "owner" | "nobody";
  /** A private Ed25519 JWK; undefined: made once and kept in KV. */
  signingKey?: JWK;
  /** Megabytes: of one file, of all one person's, and of all that are kept. */
  files: { maxMb: number; eachMb: number; allMb: number };
  /** Pages that messages link to are looked up. */
  linkPreviews: boolean;
  /** Milliseconds after which what reached no device, and was not read, is e-mailed. */
  unreadMailMs: number;
  /** APP_URL is https: cookies are Secure. */
  secure: boolean;
  /** APP_URL is on this machine: the outbox may be read at /outbox. */
  local: boolean;
  /**
   * The networks of our own proxies: the last address in X-Forwarded-For of a request from there is
   * the person's. Undefined: there are none.
   */
  trustedProxies?: string[];
}

/** A host name of at least two labels (RFC 1123 §2.1). */
const DOMAIN =
  /^(?=.{3,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/;

function readSignUp(env: Env): SignUpPolicy {
  const text = (readText(env, "SIGN_UP") ?? "open").toLowerCase();
  if (text === "open" || text === "invited") return { kind: text };
  const domains = text.split(",").map((domain) => domain.trim());
  if (domains.every((domain) => DOMAIN.test(domain))) {
    return { kind: "domains", domains };
  }
  throw malformed(
    "SIGN_UP",
    "SIGN_UP must be open, invited, or domains of e-mail addresses like acme.net,acme.org.",
  );
}

function readFaceLiveness(env: Env): Config["faceLiveness"] {
  const text = readText(env, "FACE_LIVENESS") ?? "off";
  if (text === "off" || text === "turn") return text;
  throw malformed("FACE_LIVENESS", "FACE_LIVENESS must be off or turn.");
}

function readFaceSignIn(env: Env): Config["faceSignIn"] {
  const text = readText(env, "FACE_SIGN_IN") ?? "offered";
  if (text === "required" || text === "offered" || text === "off") return text;
  throw malformed(
    "FACE_SIGN_IN",
    "FACE_SIGN_IN must be required, offered or off.",
  );
}

/** One of these words; the first where nothing is set. */
function readChoice<Choice extends string>(
  env: Env,
  name: "PEOPLE_DIRECTORY" | "OPEN_ROOMS",
  choices: [Choice, ...Choice[]],
): Choice {
  const text = (readText(env, name) ?? choices[0]).toLowerCase();
  const chosen = choices.find((choice) => choice === text);
  if (chosen) return chosen;
  const list = new Intl.ListFormat("en", { type: "disjunction" });
  throw malformed(name, `${name} must be ${list.format(choices)}.`);
}

function readLinkPreviews(env: Env): boolean {
  const text = readText(env, "LINK_PREVIEWS") ?? "on";
  if (text === "on" || text === "off") return text === "on";
  throw malformed("LINK_PREVIEWS", "LINK_PREVIEWS must be on or off.");
}

function readUnreadMail(env: Env): number {
  const text = readText(env, "UNREAD_MAIL_MINUTES") ?? "15";
  const minutes = Number(text);
  if (/^\d{1,4}$/.test(text) && minutes >= 1 && minutes <= 1_440) {
    return minutes * 60_000;
  }
  throw malformed(
    "UNREAD_MAIL_MINUTES",
    "UNREAD_MAIL_MINUTES must be a whole number of minutes from 1 to 1440.",
  );
}

const HTTP = ["http:", "https:"];

function readAppUrl(env: Env, port: number): URL {
  const name = "APP_URL";
  const scheme = readText(env, "HTTPS") === "1" ? "https" : "http";
  const url = readUrl(env, name, `${scheme}://localhost:${port}`, HTTP);
  if (url.pathname !== "/") {
    throw malformed(name, "APP_URL must be an origin, without a path.");
  }
  return url;
}

function readWsUrl(env: Env, appUrl: URL): URL | undefined {
  const name = "WS_URL";
  if (readText(env, name) === undefined) return undefined;
  const url = readUrl(env, name, "", ["ws:", "wss:"]);
  if (appUrl.protocol === "https:" && url.protocol === "ws:" && !isLocal(url)) {
    throw malformed(
      name,
      "WS_URL must start with wss:// because APP_URL is https: browsers refuse the mixture.",
    );
  }
  return url;
}

/** Where realtime is from here: said so, at its public address, or on this machine. */
function readRealtime(env: Env, wsUrl: URL | undefined): URL {
  const port = readPort(env, "WS_PORT", 8080);
  const fallback = wsUrl?.href.replace(/^ws/, "http") ??
    `http://localhost:${port}`;
  // What the variable was called before web passed sockets on.
  const name = readText(env, "REALTIME_INTERNAL_URL") === undefined
    ? "REALTIME_URL"
    : "REALTIME_INTERNAL_URL";
  return readUrl(env, name, fallback, HTTP);
}

function readTranscriber(env: Env, publicUrl: URL | undefined): URL {
  const port = readPort(env, "TRANSCRIBER_PORT", 8090);
  const fallback = publicUrl?.href ?? `http://localhost:${port}`;
  return readUrl(env, "TRANSCRIBER_INTERNAL_URL", fallback, HTTP);
}

/** 32 bytes as base64url (RFC 8037 §2). */
const HALF_KEY = /^[\w-]{43}$/;

function readSigningKey(env: Env): JWK | undefined {
  const text = readText(env, "SIGNING_KEY");
  if (text === undefined) return undefined;
  const problem = malformed(
    "SIGNING_KEY",
    'SIGNING_KEY must be a private Ed25519 key as JSON: {"kty":"OKP","crv":"Ed25519","x":"…","d":"…"}.',
  );
  try {
    const { kty, crv, x, d } = JSON.parse(text);
    const isKey = kty === "OKP" && crv === "Ed25519" &&
      HALF_KEY.test(x) && HALF_KEY.test(d);
    if (isKey) return { kty, crv, x, d };
  } catch {
    // The sentence below says what is expected; the parser's own message could quote the key.
  }
  throw problem;
}

function isSmtpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !["smtp:", "smtps:"].includes(url.protocol)) return false;
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    // A per cent sign that stands for itself.
    return false;
  }
  // A sign that ought to be percent-encoded ends the host where the password was meant to go on.
  const isWhole = ["", "/"].includes(url.pathname) && url.hash === "";
  return isWhole && url.hostname !== "" &&
    (url.username === "") === (url.password === "");
}

function readSmtpUrl(env: Env): string | undefined {
  const text = readText(env, "SMTP_URL");
  if (text === undefined || isSmtpUrl(text)) return text;
  throw malformed(
    "SMTP_URL",
    "SMTP_URL must be an address like smtps://user:password@host:465 or smtp://host:25, with signs such as @ / # % in user and password percent-encoded.",
  );
}

/** What files may take; 0 turns them off. */
function readMegabytes(
  env: Env,
  name: "FILE_MAX_MB" | "FILE_MB_EACH" | "FILE_MB_ALL",
  fallback: number,
): number {
  const text = readText(env, name);
  if (text === undefined) return fallback;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw malformed(
    name,
    `${name} must be a whole number of megabytes that files may take, for example ${fallback}.`,
  );
}

function readDataKeys(env: Env): string[] | undefined {
  const text = readText(env, "DATA_KEY");
  if (text === undefined) return undefined;
  const keys = text.split(",").map((key) => key.trim());
  if (keys.every((key) => readDataKey(key) !== null)) return keys;
  throw malformed(
    "DATA_KEY",
    "DATA_KEY must be 32 random bytes in base64, such as `openssl rand -base64 32` prints; or several with commas between them, the newest first.",
  );
}

function readAuditDays(env: Env): number {
  const text = readText(env, "AUDIT_DAYS") ?? "90";
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw malformed(
    "AUDIT_DAYS",
    "AUDIT_DAYS must be a whole number of days from 1 to 9999.",
  );
}

function readMail(env: Env, mailFrom: string): Config["mail"] {
  const smtp = readSmtpUrl(env);
  if (smtp !== undefined) return { kind: "smtp", url: smtp, from: mailFrom };
  const user = readText(env, "EMAIL_USER");
  const pass = readText(env, "EMAIL_PASS");
  if (user === undefined && pass === undefined) return { kind: "outbox" };
  if (user === undefined) {
    throw malformed(
      "EMAIL_USER",
      "EMAIL_USER must be set when EMAIL_PASS is.",
    );
  }
  if (pass === undefined) {
    throw malformed(
      "EMAIL_PASS",
      "EMAIL_PASS must be set when EMAIL_USER is.",
    );
  }
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(pass)}`;
  // An account without a server is a Gmail account with an app password.
  return {
    kind: "smtp",
    url: `smtps://${account}@smtp.gmail.com:465`,
    from: mailFrom,
  };
}

function readMailFrom(env: Env, appUrl: URL): string {
  const from = readText(env, "MAIL_FROM") ?? readText(env, "EMAIL_USER");
  if (from === undefined) return `ChatSphere <no-reply@${appUrl.hostname}>`;
  if (!/^[^\r\n@]+@[^\r\n@]+$/.test(from)) {
    const name = readText(env, "MAIL_FROM") ? "MAIL_FROM" : "EMAIL_USER";
    throw malformed(name, `${name} must be an e-mail address.`);
  }
  return from;
}

function readKvPath(env: Env, dataDir: string): string | undefined {
  const path = readText(env, "DENO_KV_PATH");
  if (path === undefined) {
    return readText(env, "DENO_DEPLOYMENT_ID")
      ? undefined
      : `${dataDir}/web/kv.sqlite3`;
  }
  if (/^https?:/.test(path) && !readText(env, "DENO_KV_ACCESS_TOKEN")) {
    throw malformed(
      "DENO_KV_ACCESS_TOKEN",
      "DENO_KV_ACCESS_TOKEN must be set when DENO_KV_PATH is the address of a KV server.",
    );
  }
  return path;
}

/**
 * Reads the environment into a typed object.
 *
 * @throws {ConfigError} naming the first variable that is missing or malformed.
 */
export function readConfig(env: Env): Config {
  const port = readPort(env, "PORT", 8000);
  const appUrl = readAppUrl(env, port);
  const wsUrl = readWsUrl(env, appUrl);
  const speechUrl = readText(env, "TRANSCRIBER_URL") === undefined
    ? undefined
    : readUrl(env, "TRANSCRIBER_URL", "", HTTP);
  const dataDir = readFolder(env, "DATA_DIR", ".data");
  const mailFrom = readMailFrom(env, appUrl);
  return {
    appUrl: appUrl.origin,
    urlGiven: readText(env, "APP_URL") !== undefined,
    port,
    wsUrl: wsUrl ? withoutSlash(wsUrl) : REALTIME_PATH,
    speechUrl: speechUrl ? withoutSlash(speechUrl) : TRANSCRIBER_PATH,
    realtimeUrl: withoutSlash(readRealtime(env, wsUrl)),
    transcriberUrl: withoutSlash(readTranscriber(env, speechUrl)),
    dataDir,
    kvPath: readKvPath(env, dataDir),
    mail: readMail(env, mailFrom),
    mailFrom,
    aws: readAws(env),
    faceLiveness: readFaceLiveness(env),
    faceSignIn: readFaceSignIn(env),
    dataKeys: readDataKeys(env),
    auditDays: readAuditDays(env),
    signUp: readSignUp(env),
    peopleDirectory: readChoice(env, "PEOPLE_DIRECTORY", ["everyone", "rooms"]),
    openRooms: readChoice(env, "OPEN_ROOMS", ["everyone", "owner", "nobody"]),
    signingKey: readSigningKey(env),
    files: {
      maxMb: readMegabytes(env, "FILE_MAX_MB", 50),
      eachMb: readMegabytes(env, "FILE_MB_EACH", 2_000),
      allMb: readMegabytes(env, "FILE_MB_ALL", 20_000),
    },
    linkPreviews: readLinkPreviews(env),
    unreadMailMs: readUnreadMail(env),
    secure: appUrl.protocol === "https:",
    local: isLocal(appUrl),
    trustedProxies: readTrustedProxies(env),
  };
}

/**
 * Ends the process with a sentence when the environment is malformed: for the entry of the
 * program, so that nothing starts half-configured.
 */
export function checkConfig(): void {
  try {
    readConfig(Deno.env.toObject());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
