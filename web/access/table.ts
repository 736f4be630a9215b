/**
 * Everything that can be asked of web, in one table: by whom, how much, and how often. What is not in
 * it is refused (`allowed.ts`, `bounded.ts`); a test compares it with the routes there are.
 *
 * Sockets and audio that web passes on are in the tables of the services they are for.
 */

/**
 * Who may ask. Where a cookie of half a sign-in or a secret in the address is what lets somebody in,
 * `anyone` may ask, and the route judges the secret.
 */
export type Who =
  | "anyone"
  | "signed in"
  /** Of the room in the address. */
  | "member"
  /** Of the room in the address. */
  | "admin"
  /** Of this server. */
  | "owner"
  /** Realtime, with the token of the person for whom it asks. */
  | "realtime"
  /** A browser on the machine web runs on, while no mail server is set up. */
  | "this machine";

const KB = 1024, MB = 1024 * KB;

/** The most bytes of each kind of body. */
export const BODIES = {
  nothing: 0,
  /** A form: one long text, in which each byte may take three. */
  text: 64 * KB,
  /** A form with three camera pictures and some text. */
  photos: 8 * MB,
  /** A form with the picture of a profile. */
  picture: 8 * MB,
  /** A form with a recording: what the transcriber takes, and some text. */
  "recording form": 11 * MB,
  /** A form with files, which are counted one by one as they come: the rest of it. */
  message: 64 * KB,
  json: 64 * KB,
  /** A third of what the camera sees, each way. */
  frame: 64 * KB,
  /** JSON with up to three pictures as data URLs. */
  "json with photos": 8 * MB,
  recording: 10 * MB,
  /** One file, counted as it comes: FILE_MB. */
  file: Infinity,
} as const;
export type Body = keyof typeof BODIES;

/** How often a person, or a network while nobody is signed in, may ask: a second, and at once. */
export const RATES = {
  pages: { rate: 50, burst: 1_000 },
  /** By the other services, which ask for everybody from one address. */
  tokens: { rate: 500, burst: 5_000 },
  /** By realtime, for one person: an instance that knows no rooms yet asks a hundred for somebody in
   * the most rooms there may be. Each may read 50 rooms of 10,000 members. */
  members: { rate: 2, burst: 200 },
  /** By realtime, for one person: what is more waits. */
  alerts: { rate: 20, burst: 200 },
  /** Readings that one person may have looked at; realtime tells everybody's with one token. */
  readings: { rate: 100, burst: 1_000 },
  /** Frames of a camera, which are looked at before a photo: a page sends one a second. */
  frames: { rate: 4, burst: 100 },
  /** Those of everybody: each costs as much as half a photo. What is more is not looked at. */
  "all frames": { rate: 10, burst: 40 },
  /** Pages that one person has this server look up: what is more is not looked up. */
  links: { rate: 0.1, burst: 30 },
} as const;
export type Rate = keyof typeof RATES;

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** How often something may be tried in so many milliseconds, wherever it is asked for. */
export const TRIES = {
  // Passwords: at an account from one network, by a known device, in all, from one network, and of
  // those that are not known while there are too many.
  "password-here": { most: 10, windowMs: 15 * MINUTE },
  "password-device": { most: 10, windowMs: 15 * MINUTE },
  password: { most: 100, windowMs: 15 * MINUTE },
  "password-network": { most: 100, windowMs: 15 * MINUTE },
  "password-slowly": { most: 2, windowMs: 15 * MINUTE },
  "password-flood": { most: 1_000, windowMs: 15 * MINUTE },
  // Second factors, by account or network.
  face: { most: 20, windowMs: 15 * MINUTE },
  "face-network": { most: 100, windowMs: 15 * MINUTE },
  recovery: { most: 20, windowMs: 15 * MINUTE },
  "recovery-network": { most: 100, windowMs: 15 * MINUTE },
  "passkey-network": { most: 100, windowMs: 15 * MINUTE },
  "passkey-asked": { most: 600, windowMs: 15 * MINUTE },
  "email-code": { most: 5, windowMs: HOUR },
  // What sends e-mails, or makes accounts.
  "register-network": { most: 60, windowMs: HOUR },
  "confirm-address": { most: 5, windowMs: HOUR },
  "new-address": { most: 5, windowMs: HOUR },
  "reset-here": { most: 5, windowMs: HOUR },
  reset: { most: 10, windowMs: HOUR },
  "reset-network": { most: 30, windowMs: HOUR },
  // To one mailbox, by names of it such as ann+1@ and ann+2@.
  "mail-to-alias": { most: 20, windowMs: DAY },
  "invitation-by-account": { most: 20, windowMs: HOUR },
  "invitation-to-address": { most: 10, windowMs: DAY },
  "invitation-by-server": { most: 200, windowMs: HOUR },
  // New conversations: whoever writes to many strangers advertises.
  direct: { most: 60, windowMs: HOUR },
  // Each download reads all that was ever said here.
  "my-data": { most: 4, windowMs: HOUR },
  // Pages of forms that were refused, which are kept for whoever goes back to them.
  "refused-page": { most: 100, windowMs: 10 * MINUTE },
  // New names of an account, and those one person gives rooms: each is told to everybody there.
  rename: { most: 20, windowMs: HOUR },
  "rename-room": { most: 30, windowMs: HOUR },
} as const;
export type Try = keyof typeof TRIES;

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface Row {
  who: Who;
  /** The methods that are for somebody else. */
  but?: Partial<Record<Method, Who>>;
  /** HEAD goes with GET. */
  methods: Method[];
  /** Of what is not GET. */
  body: Body;
  /** Undefined: as often as they like. */
  rate?: Rate;
}

const row =
  (who: Who, ...methods: Method[]) => (body: Body = "nothing"): Row => ({
    who,
    methods,
    body,
    rate: "pages",
  });

/** A page that is only read. */
const read = (who: Who): Row => row(who, "GET")();
/** A page with a form. */
const form = (who: Who, body: Body = "text"): Row =>
  row(who, "GET", "POST")(body);
const post = (who: Who, body: Body): Row => row(who, "POST")(body);
/** Whoever probes asks every few seconds, from wherever. */
const probe: Row = { ...read("anyone"), rate: undefined };

export const ROUTES: Record<string, Row> = {
  "/": read("anyone"),
  "/docs": read("anyone"),
  "/offline": read("anyone"),
  "/healthz": probe,
  "/readyz": probe,
  "/.well-known/change-password": read("anyone"),
  "/.well-known/jwks.json": read("anyone"),
  "/.well-known/passkey-endpoints": read("anyone"),

  "/register": form("anyone", "photos"),
  "/register/passkey": form("anyone"),
  "/login": form("anyone"),
  "/login/code": form("anyone"),
  "/login/face": form("anyone", "photos"),
  "/login/passkey": form("anyone"),
  "/login/recovery": form("anyone"),
  "/login/forgot": form("anyone"),
  "/login/reset/:code": form("anyone"),
  "/logout": post("anyone", "text"),
  "/passkey": post("anyone", "json"),
  // Whoever registers is nobody yet.
  "/face-hint": { ...post("anyone", "frame"), rate: "frames" },
  "/confirm/:code": form("anyone"),
  "/address/:code": form("anyone"),
  "/address/back/:code": form("anyone"),
  "/invitations/:code": form("anyone"),
  "/join/:code": form("anyone"),
  "/unsubscribe/:code": form("anyone"),
  "/live": read("anyone"),

  "/account": form("signed in"),
  "/account/activity": read("signed in"),
  "/account/data": form("signed in"),
  "/account/data/:ticket": read("signed in"),
  "/account/dictation": form("signed in"),
  "/account/email": form("signed in"),
  "/account/face": form("signed in", "photos"),
  "/account/notifications": form("signed in"),
  "/account/notifications/device": row("signed in", "POST", "PATCH")("json"),
  "/account/passkeys": form("signed in"),
  "/account/profile": form("signed in", "picture"),
  "/account/recovery": form("signed in"),
  "/account/sessions": form("signed in"),
  "/people": form("signed in"),
  "/people/:id": form("signed in"),
  "/people/:id/picture": read("signed in"),
  "/search": read("signed in"),
  "/share": form("signed in", "nothing"),
  "/sign-out": read("signed in"),

  "/rooms": form("signed in"),
  "/rooms/new": form("signed in"),
  "/rooms/open": form("signed in"),
  "/rooms/:id": form("member", "message"),
  "/rooms/:id/archive": read("member"),
  "/rooms/:id/around/:offset": read("member"),
  "/rooms/:id/dictate": form("member", "recording form"),
  "/rooms/:id/files": read("member"),
  "/rooms/:id/files/:file": read("member"),
  "/rooms/:id/files/:file/thumbnail": read("member"),
  "/rooms/:id/live": read("member"),
  "/rooms/:id/members": form("member"),
  "/rooms/:id/messages/:message": form("member"),
  "/rooms/:id/messages/:message/voice": read("member"),
  "/rooms/:id/notice": read("member"),
  "/rooms/:id/read": post("member", "json"),
  "/rooms/:id/search": read("member"),
  "/rooms/:id/transcripts/:file": form("member"),

  "/api/openapi.json": read("anyone"),
  "/api/login": post("anyone", "json with photos"),
  "/api/registry": post("anyone", "json with photos"),
  "/api/chat": row("signed in", "GET", "POST")("json"),
  "/api/dictation": read("signed in"),
  "/api/direct": post("signed in", "json"),
  "/api/invitations": {
    ...row("signed in", "POST", "PATCH")("json"),
    // Whoever has the code of an invitation may decline it.
    but: { PATCH: "anyone" },
  },
  "/api/messages": row("signed in", "GET", "POST")("json"),
  "/api/open-rooms": row("signed in", "GET", "POST")("json"),
  "/api/people": read("signed in"),
  "/api/people/:id": read("signed in"),
  "/api/token": post("signed in", "json"),
  "/api/rooms/:id/files": post("member", "file"),
  "/api/rooms/:id/link": {
    ...row("member", "GET", "POST", "DELETE")("json"),
    but: { POST: "admin", DELETE: "admin" },
  },
  "/api/rooms/:id/members": row("admin", "PATCH")("json"),
  "/api/rooms/:id/settings": row("admin", "PATCH")("json"),
  "/api/rooms/:id/voice": row("member", "POST", "DELETE")("recording"),

  "/api/internal/alerts": { ...post("realtime", "json"), rate: "alerts" },
  "/api/internal/links": { ...post("realtime", "json"), rate: "links" },
  "/api/internal/members": { ...read("realtime"), rate: "members" },
  // Whose token it is, is the question.
  "/api/internal/token": { ...read("anyone"), rate: "tokens" },

  "/activity": read("owner"),
  "/outbox": read("this machine"),
  "/outbox/:id": read("this machine"),
};
