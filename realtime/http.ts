import { roleIn, sendMessage } from "./actions.ts";
import { AuthError, type Identity, type Person, type Verify } from "./auth.ts";
import { FrameError, object, parseDraft } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { entryId } from "./log/entry.ts";
import { StoreError } from "./log/log.ts";
import { errorFields } from "./logger.ts";
import { LIMITS, type Message } from "./protocol.ts";
import { roomStream } from "./stream.ts";

/** What the routes need. */
export interface HttpContext {
  hub: Hub;
  verify: Verify;
  /** False while draining. */
  accepting: () => boolean;
}

/** A refusal with its status. */
class HttpError extends Error {
  override name = "HttpError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const ROUTES: [
  method: string,
  path: RegExp,
  handle: (call: Call) => Promise<Response>,
][] = [
  ["GET", /^\/rooms\/([^/]+)\/messages$/, history],
  ["POST", /^\/rooms\/([^/]+)\/messages$/, post],
  ["PUT", /^\/rooms\/([^/]+)\/read$/, read],
  ["POST", /^\/rooms\/([^/]+)\/membership$/, membership],
  ["GET", /^\/rooms\/([^/]+)\/stream$/, stream],
  ["GET", /^\/summaries$/, summaries],
  ["GET", /^\/healthz$/, () => Promise.resolve(json({ ok: true }))],
  ["GET", /^\/readyz$/, ready],
];

interface Call {
  context: HttpContext;
  request: Request;
  url: URL;
  roomId: string;
}

/** Answers every request that is not an upgrade; never throws. */
export async function handleHttp(
  context: HttpContext,
  request: Request,
): Promise<Response> {
  try {
    return await route(context, request);
  } catch (error) {
    return errorResponse(context, error);
  }
}

function route(context: HttpContext, request: Request): Promise<Response> {
  const url = new URL(request.url);
  let known = false;
  for (const [method, path, handle] of ROUTES) {
    const match = path.exec(url.pathname);
    if (!match) continue;
    known = true;
    if (method !== request.method) continue;
    return handle({ context, request, url, roomId: match[1] ?? "" });
  }
  throw known
    ? new HttpError(405, "method-not-allowed", "Not this way.")
    : new HttpError(404, "not-found", "There is nothing here.");
}

async function history({ context, request, url, roomId }: Call) {
  const who = await authenticate(context, request);
  if (who.kind === "person") roleIn(who.person, roomId);
  const limit = number(url, "limit") ?? 50;
  const range = {
    before: number(url, "before"),
    after: number(url, "after"),
    limit: Math.min(Math.max(limit, 1), LIMITS.historyLimit),
  };
  return json(await context.hub.log.page(roomId, range));
}

async function post({ context, request, roomId }: Call) {
  const person = await personOf(context, request);
  const draft = parseDraft(await body(request));
  const { log } = context.hub;
  const done = await sendMessage(log, person, roomId, draft);
  const { epoch, offset, timestamp, repeated } = done;
  const id = entryId(epoch, offset);
  const message: Message = {
    id,
    ...draft,
    sender: { id: person.id, name: person.name },
    timestamp,
    offset,
  };
  // The first message stands, whatever the repeated one says.
  const stored = repeated ? await log.find(roomId, id) : message;
  return json(stored, repeated ? 200 : 201);
}

async function read({ context, request, roomId }: Call) {
  const person = await personOf(context, request);
  roleIn(person, roomId);
  const { offset } = object(await body(request), "The body");
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) {
    throw new FrameError(
      "bad-frame",
      "The field offset must be a whole number.",
    );
  }
  await context.hub.markRead(person, roomId, offset as number);
  return new Response(null, { status: 204 });
}

async function summaries({ context, request, url }: Call) {
  const person = await personOf(context, request);
  const asked = (url.searchParams.get("rooms") ?? "").split(",");
  const rooms = [...new Set(asked)].filter((id) => person.rooms.has(id));
  return json({ rooms: await context.hub.log.summaries(person.id, rooms) });
}

async function membership({ context, request, roomId }: Call) {
  const who = await authenticate(context, request);
  if (who.kind !== "service") {
    throw new HttpError(403, "forbidden", "Only the web service may do this.");
  }
  const { userId, removed } = object(await body(request), "The body");
  if (typeof userId !== "string" || typeof removed !== "boolean") {
    throw new FrameError(
      "bad-frame",
      "The fields userId and removed are required.",
    );
  }
  await context.hub.log.remove({ roomId, userId, removed, at: Date.now() });
  return new Response(null, { status: 204 });
}

async function stream({ context, request, url, roomId }: Call) {
  const person = await personOf(context, request);
  roleIn(person, roomId);
  const after = number(url, "after");
  const lines = await roomStream(context.hub, person, roomId, after);
  return new Response(lines, {
    headers: { "content-type": "application/x-ndjson" },
  });
}

async function ready({ context }: Call) {
  if (!context.accepting()) {
    throw new HttpError(503, "draining", "The server is shutting down.");
  }
  await context.hub.log.ping();
  return json({ ready: true, store: context.hub.log.store });
}

async function authenticate(
  { verify, hub }: HttpContext,
  request: Request,
): Promise<Identity> {
  const [scheme, token] = (request.headers.get("authorization") ?? "")
    .split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) {
    throw new AuthError("token-invalid", "A token is required.");
  }
  const identity = await verify(token);
  if (identity.kind === "person") hub.removals.apply(identity.person);
  return identity;
}

async function personOf(
  context: HttpContext,
  request: Request,
): Promise<Person> {
  const who = await authenticate(context, request);
  if (who.kind === "person") return who.person;
  throw new HttpError(403, "forbidden", "Only a person may do this.");
}

async function body(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new FrameError("bad-json", "The body is not JSON.");
  }
}

function number(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new FrameError(
    "bad-frame",
    `The parameter ${name} must be a whole number.`,
  );
}

const json = (value: unknown, status = 200) => Response.json(value, { status });

const FRAME_STATUS: Record<string, number> = {
  "message-too-long": 422,
  "message-empty": 422,
  "forbidden": 403,
};

function errorResponse({ hub }: HttpContext, error: unknown): Response {
  const { status, code, message } = describe(error);
  if (status === 500) hub.logger("error", "http-failed", errorFields(error));
  return json({ error: { code, message } }, status);
}

function describe(error: unknown) {
  if (error instanceof HttpError) return error;
  if (error instanceof AuthError) {
    const { code, message, retryable } = error;
    return { status: retryable ? 503 : 401, code, message };
  }
  if (error instanceof FrameError) {
    // Whoever is not in a room must not learn that there is one.
    if (error.code === "not-member") {
      return { status: 404, code: "not-found", message: "No such room." };
    }
    const { code, message } = error;
    return { status: FRAME_STATUS[code] ?? 400, code, message };
  }
  const message = "The server could not do this now; try again.";
  return error instanceof StoreError
    ? { status: 503, code: error.code, message }
    : { status: 500, code: "internal", message };
}
