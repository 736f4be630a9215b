import { snapshotOf } from "../operations/snapshot.ts";
import type { Person } from "../access/tokens.ts";
import { amendMessage, entryOf } from "../rooms/actions.ts";
import { FrameError, object, parseAmendment, parseDraft } from "../frames.ts";
import {
  authenticate,
  body,
  type Call,
  json,
  limitOf,
  number,
  personOf,
  serviceOnly,
  written,
} from "./call.ts";
import { HttpError } from "./error.ts";
import { entryId } from "../log/entry.ts";
import type { RoomLog } from "../log/log.ts";
import { FILES_TOKEN, type Message } from "../protocol.ts";
import type { Leftovers, NamesChanged } from "../protocol-http.ts";
import { pageOf } from "../feeds/summaries.ts";
import { handOver } from "./members.ts";
import { searchRoom } from "../rooms/search.ts";
import { roomStream } from "../rooms/stream.ts";
import { clipsOf, renameFor } from "../rooms/erasing.ts";

type Handle = (call: Call) => Promise<Response>;

/** Rooms whose summaries are asked for at once. */
const SUMMARIES = 100;

/** Live pages one person may have open here. */
const STREAM_LIMIT = 20;

/** Every route; `:id` is a room. */
export const ROUTES: [method: string, path: string, handle: Handle][] = [
  ["GET", "/rooms/:id/messages", history],
  ["POST", "/rooms/:id/messages", post],
  ["POST", "/rooms/:id/amendments", amend],
  ["GET", "/rooms/:id/search", search],
  ["PUT", "/rooms/:id/read", read],
  ["PUT", "/rooms/:id/members", handOver],
  ["POST", "/rooms/:id/names", names],
  ["POST", "/rooms/:id/name", renameRoom],
  ["GET", "/rooms/:id/stream", stream],
  ["DELETE", "/rooms/:id", end],
  ["GET", "/rooms/:id/clips", clips],
  ["POST", "/sessions", sessions],
  ["POST", "/renames", renames],
  ["GET", "/leftovers", leftovers],
  ["POST", "/leftovers/taken", leftoversTaken],
  ["GET", "/summaries", summaries],
  ["GET", "/activity", activity],
  ["GET", "/healthz", () => Promise.resolve(json({ ok: true }))],
  ["GET", "/readyz", ready],
  ["GET", "/metrics", metrics],
];

async function history({ context, request, url, roomId }: Call) {
  const who = await authenticate(context, request);
  if (who.kind === "person") {
    await context.hub.members.roleIn(who.person, roomId);
    context.limits.of(who.person.id).takeRequest("history");
  }
  const id = url.searchParams.get("id");
  if (id !== null) return one(context.hub.log, roomId, id);
  const after = number(url, "after");
  const range = { before: number(url, "before"), after, limit: limitOf(url) };
  return json(await context.hub.log.page(roomId, range));
}

function post(call: Call) {
  const vouched = call.request.headers.get(FILES_TOKEN);
  return written(
    call,
    async (person, body) =>
      append(call, person, body, await vouches(call, vouched)),
  );
}

/** Whether web itself says that the files of a message are there. */
async function vouches({ context }: Call, token: string | null) {
  return token !== null && (await context.verify(token)).kind === "service";
}

async function append(
  { context, roomId }: Call,
  person: Person,
  body: unknown,
  vouched: boolean,
): Promise<Response> {
  const { limits, shedding, hub: { log, members, metrics } } = context;
  limits.of(person.id).takeMessage("message");
  if (shedding.refusesMessages) {
    throw new HttpError(503, "overloaded", "The server is busy; try again.");
  }
  const draft = parseDraft(body, vouched);
  await members.roleIn(person, roomId, draft.clientId);
  const started = performance.now();
  const done = await log.append(entryOf(person, roomId, draft));
  metrics.appended((performance.now() - started) / 1_000);
  const { epoch, offset, timestamp, repeated } = done;
  const id = entryId(epoch, offset);
  const message: Message = {
    id,
    ...draft,
    sender: person.sender,
    timestamp,
    offset,
  };
  // The first message stands, whatever the repeated one says.
  const stored = repeated ? await log.find(roomId, id) : message;
  return json(stored, repeated ? 200 : 201);
}

/** @throws {HttpError} 404 `not-found` */
async function one(log: RoomLog, roomId: string, id: string) {
  const message = await log.find(roomId, id);
  if (message) return json(message);
  throw new HttpError(404, "not-found", "There is no such message.");
}

/** Edits or deletes a message, or reacts to it: gives it as it is then. */
function amend(call: Call) {
  return written(call, (person, body) => change(call, person, body));
}

async function change(
  { context, roomId }: Call,
  person: Person,
  body: unknown,
): Promise<Response> {
  const { limits, shedding, hub: { log, members } } = context;
  limits.of(person.id).takeMessage("amend");
  if (shedding.refusesMessages) {
    throw new HttpError(503, "overloaded", "The server is busy; try again.");
  }
  const amendment = parseAmendment(body, roomId);
  const role = await members.roleIn(person, roomId, amendment.clientId);
  await amendMessage(log, person, role, amendment);
  return await one(log, roomId, amendment.id);
}

async function search({ context, request, url, roomId }: Call) {
  const person = await personOf(context, request);
  await context.hub.members.roleIn(person, roomId);
  context.limits.of(person.id).takeSearch("search");
  const query = url.searchParams.get("q") ?? "";
  const range = { before: number(url, "before"), limit: limitOf(url) };
  return json(await searchRoom(context.hub.log, roomId, query, range));
}

async function read({ context, request, roomId }: Call) {
  const person = await personOf(context, request);
  await context.hub.members.roleIn(person, roomId);
  context.limits.of(person.id).takeRequest("read");
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
  context.limits.of(person.id).takeRequest("summaries");
  const { log, members } = context.hub;
  const wanted = url.searchParams.get("rooms");
  if (wanted === null) {
    const after = url.searchParams.get("after") ?? "";
    const own = await log.members.roomsOf(person.id);
    const { ids, next } = pageOf(own, after, limitOf(url));
    return json({ rooms: await log.summaries(person.id, ids), next });
  }
  const asked = wanted.split(",");
  const ids = [...new Set(asked)].filter(Boolean).slice(0, SUMMARIES);
  const roles = await members.rolesIn(person, ids);
  const rooms = ids.filter((id) => roles.get(id));
  return json({ rooms: await log.summaries(person.id, rooms) });
}

/** When each of a person's rooms was last written to: for a list of more than fit on a page. */
async function activity({ context, request }: Call) {
  const person = await personOf(context, request);
  context.limits.of(person.id).takeRequest("activity");
  const { log } = context.hub;
  const own = await log.members.roomsOf(person.id);
  return json({ rooms: await log.activity(own) });
}

/** Tells whoever has a room open that people are called otherwise now. Nothing is stored. */
async function names({ context, request, roomId }: Call) {
  await serviceOnly(context, request);
  const { names } = object(await body(request), "The body");
  const given = object(names, "The field names");
  if (!Object.values(given).every((name) => typeof name === "string")) {
    throw new FrameError("bad-frame", "A name must be text.");
  }
  const { names: changed } = { names: given } as NamesChanged;
  context.hub.sendSignal(roomId, { type: "names", names: changed });
  const frame = { event: "names", roomId, names: changed } as const;
  context.hub.announcer.tell(roomId, frame);
  return new Response(null, { status: 204 });
}

/** Tells everyone who is in a room that it is called otherwise now. Nothing is stored. */
async function renameRoom({ context, request, roomId }: Call) {
  await serviceOnly(context, request);
  const { name } = object(await body(request), "The body");
  if (!isName(name)) {
    throw new FrameError("bad-frame", "The field name must be text.");
  }
  const frame = { event: "room-renamed", roomId, name } as const;
  context.hub.announcer.tell(roomId, frame);
  return new Response(null, { status: 204 });
}

/** Ends sessions: their sockets are closed, and their tokens refused until they end. */
async function sessions({ context, request }: Call) {
  await serviceOnly(context, request);
  const { userId, sid, keep } = object(await body(request), "The body");
  if (typeof userId !== "string" || !isOptional(sid) || !isOptional(keep)) {
    throw new FrameError(
      "bad-frame",
      "The field userId is required; sid and keep are text, if they are there.",
    );
  }
  const at = Date.now();
  await context.hub.log.signOut({ userId, sid, keep, at });
  return new Response(null, { status: 204 });
}

/**
 * Ends a person's sessions, so that nothing more comes, and puts a name in place of theirs in
 * a part of what is stored; `after` in the answer says from where to go on.
 */
async function renames({ context, request }: Call) {
  await serviceOnly(context, request);
  const { userId, name, after } = object(await body(request), "The body");
  const isWhole = isName(userId) && isName(name) && isOptional(after);
  if (!isWhole) {
    throw new FrameError(
      "bad-frame",
      "The fields userId and name are required; after is text, if it is there.",
    );
  }
  const { log } = context.hub;
  if (after === undefined) {
    await log.signOut({ userId, at: Date.now() });
  }
  return json(await renameFor(log, { userId, name, after }));
}

const isName = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= 200;

/** The clips of a part of a room's messages, for whoever is about to delete it. */
async function clips({ context, request, url, roomId }: Call) {
  await serviceOnly(context, request);
  return json(await clipsOf(context.hub.log, roomId, number(url, "after")));
}

const isOptional = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === "string";

/** Deletes what was said in a room that has ended; who was in it is out before that. */
async function end({ context, request, roomId }: Call) {
  await serviceOnly(context, request);
  await context.hub.log.deleteRoom(roomId);
  return new Response(null, { status: 204 });
}

/** Gives some of what hung on messages that are gone, until web says that it has taken it. */
async function leftovers({ context, request }: Call) {
  await serviceOnly(context, request);
  const leftovers = await context.hub.log.leftovers();
  return json({ leftovers } satisfies Leftovers);
}

async function leftoversTaken({ context, request }: Call) {
  await serviceOnly(context, request);
  const { taken } = object(await body(request), "The body");
  const list = Array.isArray(taken) ? taken : [taken];
  const leftovers = list.map((it) => {
    const { roomId, receipt } = object(it, "What was taken");
    if (typeof roomId === "string" && typeof receipt === "string") {
      return { roomId, receipt };
    }
    const why = "What was taken has a roomId and a receipt.";
    throw new FrameError("bad-frame", why);
  });
  await context.hub.log.taken(leftovers);
  return new Response(null, { status: 204 });
}

async function stream({ context, request, url, roomId }: Call) {
  const person = await personOf(context, request);
  await context.hub.members.roleIn(person, roomId);
  const { hub, limits, full } = context;
  limits.of(person.id).takeRequest("stream");
  if (full()) {
    throw new HttpError(503, "overloaded", "The server is full; try again.");
  }
  const own = [...hub.streams].filter((it) => it.person.id === person.id);
  if (own.length >= STREAM_LIMIT) {
    throw new HttpError(429, "too-many", "Too many live pages; close some.");
  }
  context.keepOpen(request);
  const lines = await roomStream(hub, person, roomId, number(url, "after"));
  return new Response(lines, {
    headers: { "content-type": "application/x-ndjson" },
  });
}

async function ready({ context }: Call) {
  const state = await context.health.readiness(context.accepting());
  return json(state, state.ready ? 200 : 503);
}

async function metrics({ context: { hub, shedding } }: Call) {
  const now = await snapshotOf(hub, shedding);
  const { text, contentType } = await hub.metrics.expose(now);
  return new Response(text, { headers: { "content-type": contentType } });
}
