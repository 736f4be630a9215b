/**
 * The part of KV that is about telling people. All of it, in one place:
 *
 * | key | value | expires |
 * |---|---|---|
 * | `["notify_settings", account id]` | {@link Settings} | – |
 * | `["notify_rooms", account id, room id]` | {@link RoomChoice}; none: mentions | – |
 * | `["notify_all", room id, account id]` | true: this person wants every message | – |
 * | `["push_devices", account id, device id]` | {@link Device} | – |
 * | `["vapid_key"]` | the private JWK by which push services know us | – |
 * | `["alert_cursors", room id]` | {@link Cursor}: how far the log was looked at | – |
 * | `["notices", account id, notice id]` | {@link Notice}, see {@link noticeId} | 7 days |
 * | `["notices_due", when, account id, notice id]` | true: to be looked at then | with it |
 * | `["notice_crowds", room id, message id, why]` | {@link Crowd} | 7 days |
 * | `["notice_crowds_waiting", room id, message id, why]` | true: some of it are not noted yet | 7 days |
 * | `["notices_shown", account id, room id, notice id]` | {@link Shown} | 7 days |
 * | `["notify_mailed", account id]` | when the last e-mail was queued, ms | 1 hour |
 * | `["unsubscribe", SHA-256 of the code]` | account id | 90 days |
 */
export interface Settings {
  /** Milliseconds since the Unix epoch. */
  pausedUntil?: number;
  /** Minutes of the day, and where: nothing rings in between. */
  quiet?: { from: number; to: number; zone: string };
  /** Notifications say no words of the message. */
  wordless?: true;
  /** No e-mails about what is unread. */
  noMail?: true;
}

export type RoomChoice = "all" | "none";

export interface Device {
  endpoint: string;
  /** The keys of RFC 8291, in base64url. */
  p256dh: string;
  auth: string;
  /** What its browser calls itself, for a person. */
  name: string;
  createdAt: number;
  /** The session it is told in, as SHA-256 of its token. */
  session: string;
  /** The browser, by its cookie, if it has one: see accounts/devices.ts. */
  browser?: string;
  /** When its push service said that it takes none any more: its browser has to subscribe anew. */
  goneAt?: number;
}

export interface Cursor {
  epoch: string;
  offset: number;
}

/** Why somebody is told. */
export type Why = "mention" | "direct" | "all";

/** That one person is to be told of one message, and how far that is. */
export interface Notice {
  roomId: string;
  /** The offset of the message. */
  offset: number;
  /** Who wrote it. */
  sender: string;
  why: Why;
  /** When it was written. */
  at: number;
  step: "push" | "mail" | "done";
  dueAt: number;
  /** Tries of the present step. */
  tries: number;
  /** Devices that have it. */
  sent: string[];
}

/** That a message is for more people than were noted at once, and how far that is. */
export interface Crowd
  extends Pick<Notice, "roomId" | "offset" | "sender" | "at"> {
  /** The last whose turn it was: people are in the order of their ids. */
  after: string;
}

/** What devices show, until it is read. */
export interface Shown {
  /** The offset of the message. */
  offset: number;
  /** Ids of the devices. */
  devices: string[];
}

/** One process has a notice to itself for so long: far more than a push may take. */
export const CLAIM_MS = 30_000;
export const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

export const keys = {
  settings: (id: string) => ["notify_settings", id],
  choice: (id: string, roomId: string) => ["notify_rooms", id, roomId],
  choices: (id: string) => ["notify_rooms", id],
  wantsAll: (roomId: string, id: string) => ["notify_all", roomId, id],
  wantAll: (roomId: string) => ["notify_all", roomId],
  device: (id: string, device: string) => ["push_devices", id, device],
  devices: (id: string) => ["push_devices", id],
  vapid: () => ["vapid_key"],
  cursor: (roomId: string) => ["alert_cursors", roomId],
  notice: (id: string, notice: string) => ["notices", id, notice],
  notices: (id: string) => ["notices", id],
  due: (at: number, id: string, notice: string) => [
    "notices_due",
    at,
    id,
    notice,
  ],
  allDue: () => ["notices_due"],
  crowd: (roomId: string, message: string, why: Why) => [
    "notice_crowds",
    roomId,
    message,
    why,
  ],
  crowdWaiting: (roomId: string, message: string, why: Why) => [
    "notice_crowds_waiting",
    roomId,
    message,
    why,
  ],
  crowdsWaiting: () => ["notice_crowds_waiting"],
  shown: (id: string, roomId: string, notice: string) => [
    "notices_shown",
    id,
    roomId,
    notice,
  ],
  shownIn: (id: string, roomId: string) => ["notices_shown", id, roomId],
  allShown: (id: string) => ["notices_shown", id],
  mailed: (id: string) => ["notify_mailed", id],
  unsubscribe: (hash: string) => ["unsubscribe", hash],
};

/** Adds to `commit` a notice as it is now, and when it is looked at next. */
export function setNotice(
  commit: Deno.AtomicOperation,
  id: string,
  noticeId: string,
  notice: Notice,
  before?: Notice,
): Deno.AtomicOperation {
  if (before) commit.delete(keys.due(before.dueAt, id, noticeId));
  commit.set(keys.notice(id, noticeId), notice, { expireIn: WEEK_MS });
  const { sent: devices, roomId, offset } = notice;
  if (devices.length > (before?.sent.length ?? 0)) {
    const shown: Shown = { offset, devices };
    const key = keys.shown(id, roomId, noticeId);
    commit.set(key, shown, { expireIn: WEEK_MS });
  }
  return notice.step === "done" ? commit : commit.set(
    keys.due(notice.dueAt, id, noticeId),
    true,
    { expireIn: Math.max(1, notice.dueAt - Date.now()) + WEEK_MS },
  );
}

/** The e-mail about what is unread that a notice brought about. */
export const digestMailId = (id: string, noticeId: string): string =>
  `unread:${id}:${noticeId}`;

/**
 * Names a message among those somebody is told of: in two rooms that began in the same millisecond
 * messages have the same ids.
 */
export const noticeId = (roomId: string, message: string): string =>
  `${roomId} ${message}`;
/** The id of the message; earlier versions gave its notice just that. */
export const messageOf = (noticeId: string): string =>
  noticeId.split(" ").at(-1)!;
