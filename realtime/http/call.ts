import {
  AuthError,
  type Identity,
  type Person,
  type Verify,
} from "../access/tokens.ts";
import type { Rate, RouteRow } from "../access/table.ts";
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
  /** What the table says of it. */
  row: RouteRow;
  /** The person who asks, once they are let in; undefined: web, or anyone. */
  person?: Person;
}

/**
 * Who asks.
 *
 * @throws {AuthError} without a good token, or once its session has ended.
 */
export async function authenticate(
  context: HttpContext,
  request: Request,
): Promise<Identity> {
  const [scheme, token] = (request.headers.get("authorization") ?? "")
    .split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) {
    throw new AuthError("token-invalid", "A token is required.");
  }
  return await identified(context, token);
}

async function identified(
  { verify, hub }: HttpContext,
  token: string,
): Promise<Identity> {
  const identity = await verify(token);
  if (identity.kind === "person") hub.signOuts.admit(identity.person);
  return identity;
}

/** The person who asks; the service may not. */
async function personWho(asks: Promise<Identity>): Promise<Person> {
  const who = await asks;
  if (who.kind === "person") return who.person;
  throw new HttpError(403, "forbidden", "Only a person may do this.");
}

/** The person a route is asked by that only people may ask. */
export function personOf({ person }: Call): Person {
  if (person) return person;
  throw new TypeError("This route is not for people alone.");
}

/**
 * Lets in whom the table says, as often as it says.
 *
 * @returns the person who asks, if it is one.
 * @throws {AuthError} without a good token
 * @throws {HttpError} 403 `forbidden`
 * @throws {FrameError} `not-member`, `rate-limited`
 */
export async function admit(
  { context, request, roomId, row: { who, rate } }: Call,
): Promise<Person | undefined> {
  if (who === "anyone" || who === "member in order") return;
  const asked = await authenticate(context, request);
  if (asked.kind === "service") {
    if (who === "web" || who === "member or web") return;
    throw new HttpError(403, "forbidden", "Only a person may do this.");
  }
  if (who === "web") {
    throw new HttpError(403, "forbidden", "Only the web service may do this.");
  }
  const { person } = asked;
  if (who !== "signed in") await context.hub.members.roleIn(person, roomId);
  count(context, person, rate);
  return person;
}

/** Counts a request of a person against its rate. */
function count(
  { limits, shedding }: HttpContext,
  { id }: Person,
  rate?: Rate,
): void {
  if (rate === "searches") limits.of(id).takeSearch("search");
  if (rate === "requests") limits.of(id).takeRequest("request");
  if (rate !== "messages") return;
  limits.of(id).takeMessage("message");
  if (!shedding.refusesMessages) return;
  throw new HttpError(503, "overloaded", "The server is busy; try again.");
}

/**
 * @throws {FrameError} `bad-json`
 * @throws {HttpError} 413 `too-large`
 */
export const body = async ({ request, row }: Call): Promise<unknown> =>
  parsed(await received(request), row.bytes);

/** The bytes of a body, once all of it has arrived; it is looked at later. */
const received = (request: Request): Promise<ArrayBuffer | undefined> =>
  request.arrayBuffer().catch(() => undefined);

function parsed(bytes: ArrayBuffer | undefined, limit: number): unknown {
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
export function written(
  { context, request, roomId, row }: Call,
  write: (person: Person, body: unknown) => Promise<Response>,
): Promise<Response> {
  const line = request.headers.get("authorization") ?? "";
  const check = personWho(authenticate(context, request));
  const arriving = received(request);
  return inOrder(
    { context, roomId, row },
    { line, check, arriving },
    (person, bytes) => write(person, parsed(bytes, row.bytes)),
  );
}

/** The same of what web sends for a person, with their token. */
export const writtenFor = <T>(
  where: Pick<Call, "context" | "roomId" | "row">,
  token: string,
  write: (person: Person) => Promise<T>,
): Promise<T> =>
  inOrder(where, {
    line: `Bearer ${token}`,
    check: personWho(identified(where.context, token)),
    arriving: Promise.resolve(),
  }, write);

async function inOrder<B, T>(
  { context, roomId, row }: Pick<Call, "context" | "roomId" | "row">,
  { line, check, arriving }: {
    line: string;
    check: Promise<Person>;
    arriving: Promise<B>;
  },
  write: (person: Person, arrived: B) => Promise<T>,
): Promise<T> {
  const person = await context.lines.checked(line, check);
  const arrived = await arriving;
  return await context.lines.take(
    JSON.stringify([person.id, roomId]),
    async () => {
      // They may have been removed or signed out while this waited.
      context.hub.signOuts.admit(person);
      count(context, person, row.rate);
      return await write(person, arrived);
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
