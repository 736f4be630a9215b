import {
  AuthError,
  type Identity,
  type Person,
  type Verify,
} from "../access/tokens.ts";
import { FrameError } from "../frame-fields.ts";
import type { Health } from "../operations/health.ts";
import { HttpError } from "./error.ts";
import type { Lines } from "./lines.ts";
import type { Hub } from "../rooms/hub.ts";
import { LIMITS } from "../protocol.ts";
import type { PeopleLimits } from "../connections/people-limits.ts";
import type { Shedding } from "../connections/shedding.ts";

/** What the routes need. */
export interface HttpContext {
  hub: Hub;
  verify: Verify;
  health: Health;
  limits: PeopleLimits;
  lines: Lines;
  shedding: Shedding;
  /** It listens for this machine alone: what a proxy passes on from outside gets no measurements. */
  local: boolean;
  /** False while draining. */
  accepting: () => boolean;
  /** Whether there is room for one more socket or stream. */
  full: () => boolean;
  /** Lets the answer to this request last for as long as it likes. */
  keepOpen: (request: Request) => void;
}

/** One request on its way. */
export interface Call {
  context: HttpContext;
  request: Request;
  url: URL;
  roomId: string;
}

/**
 * Who asks.
 *
 * @throws {AuthError} without a good token, or once its session has ended.
 */
export async function authenticate(
  { verify, hub }: HttpContext,
  request: Request,
): Promise<Identity> {
  const [scheme, token] = (request.headers.get("authorization") ?? "")
    .split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) {
    throw new AuthError("token-invalid", "A token is required.");
  }
  const identity = await verify(token);
  if (identity.kind === "person") hub.signOuts.admit(identity.person);
  return identity;
}

/** The person who asks; the service may not. */
export async function personOf(
  context: HttpContext,
  request: Request,
): Promise<Person> {
  const who = await authenticate(context, request);
  if (who.kind === "person") return who.person;
  throw new HttpError(403, "forbidden", "Only a person may do this.");
}

/** Lets in the web service alone. */
export async function serviceOnly(context: HttpContext, request: Request) {
  const who = await authenticate(context, request);
  if (who.kind === "service") return;
  throw new HttpError(403, "forbidden", "Only the web service may do this.");
}

/** Bytes of a body that is read. */
const BODY_LIMIT = 262_144;

/**
 * @throws {FrameError} `bad-json`
 * @throws {HttpError} 413 `too-large`
 */
export const body = async (
  request: Request,
  limit = BODY_LIMIT,
): Promise<unknown> => parsed(await received(request), limit);

/** The bytes of a body, once all of it has arrived; it is looked at later. */
const received = (request: Request): Promise<ArrayBuffer | undefined> =>
  request.arrayBuffer().catch(() => undefined);

function parsed(
  bytes: ArrayBuffer | undefined,
  limit = BODY_LIMIT,
): unknown {
  if (bytes && bytes.byteLength > limit) throw tooLarge();
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new FrameError("bad-json", "The body is not JSON.");
  }
}

/**
 * Has a person write to a room, after all that they sent to it before with this token. What has not
 * arrived whole has not arrived: nobody waits for a slow body.
 *
 * @throws {FrameError} `rate-limited` when too much of theirs waits, or what the body is refused for.
 */
export async function written(
  { context, request, roomId }: Call,
  write: (person: Person, body: unknown) => Promise<Response>,
): Promise<Response> {
  const token = request.headers.get("authorization") ?? "";
  const arriving = received(request);
  const check = personOf(context, request);
  const person = await context.lines.checked(token, check);
  const bytes = await arriving;
  return await context.lines.take(
    JSON.stringify([person.id, roomId]),
    async () => {
      // They may have been removed or signed out while this waited.
      context.hub.signOuts.admit(person);
      return await write(person, parsed(bytes));
    },
  );
}

const tooLarge = () =>
  new HttpError(413, "too-large", "The body is too large; send less.");

/** How many are asked for, as far as one answer goes. */
export function limitOf(url: URL): number {
  const limit = number(url, "limit") ?? 50;
  return Math.min(Math.max(limit, 1), LIMITS.historyLimit);
}

/** @throws {FrameError} `bad-frame` for a parameter that is no whole number. */
export function number(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new FrameError(
    "bad-frame",
    `The parameter ${name} must be a whole number.`,
  );
}

export const json = (value: unknown, status = 200) =>
  Response.json(value, { status });
