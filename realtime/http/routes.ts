import { snapshotOf } from "../operations/snapshot.ts";
import type { Person } from "../access/tokens.ts";
import { amendMessage } from "../rooms/actions.ts";
import { FrameError, object } from "../frame-fields.ts";
import { parseAmendment } from "../frames.ts";
import {
  body,
  type Call,
  json,
  limitOf,
  number,
  personOf,
  written,
} from "./call.ts";
import { HttpError } from "./error.ts";
import type { Page, RoomLog } from "../log/log.ts";
import { MOMENT } from "../protocol-http.ts";
import { pageOf } from "../feeds/summaries.ts";
import { unchanged } from "./changes.ts";
import { handOver, update } from "./members.ts";
import { post, posts } from "./posts.ts";
import { parseSearch, search } from "../rooms/search.ts";
import { roomStream } from "../rooms/stream.ts";
import * as alerts from "../alerts/routes.ts";
import { docs, openapi } from "./openapi/routes.ts";
import * as service from "./service-routes.ts";

type Handle = (call: Call) => Promise<Response>;

/** Rooms whose summaries are asked for at once. */
const SUMMARIES = 100;

/** Live pages one person may have open here. */
const STREAM_LIMIT = 20;

/** Every route; `:id` is a room. */
export const ROUTES: [method: string, path: string, handle: Handle][] = [
  ["GET", "/rooms/:id/messages", history],
  ["POST", "/rooms/:id/messages", post],
  ["POST", "/posts", posts],
  ["POST", "/rooms/:id/amendments", amend],
  ["PUT", "/rooms/:id/read", read],
  ["PUT", "/rooms/:id/members", handOver],
  ["PATCH", "/rooms/:id/members", update],
  ["POST", "/rooms/:id/names", service.names],
  ["POST", "/rooms/:id/name", service.renameRoom],
  ["POST", "/rooms/:id/transcripts", service.transcript],
  ["GET", "/rooms/:id/stream", stream],
  ["DELETE", "/rooms/:id", service.end],
  ["GET", "/rooms/:id/clips", service.clips],
  ["GET", "/rooms/:id/written", service.written],
  ["POST", "/rooms/:id/withdrawals", service.withdrawals],
  ["POST", "/rooms/:id/previews", service.preview],
  ["POST", "/sessions", service.sessions],
  ["POST", "/renames", service.renames],
  ["GET", "/leftovers", service.leftovers],
  ["POST", "/leftovers/taken", service.leftoversTaken],
  ["POST", "/search", find],
  ["GET", "/alerts", alerts.list],
  ["POST", "/alerts/taken", alerts.taken],
  ["GET", "/rooms/:id/alerts", alerts.page],
  ["POST", "/rooms/:id/positions", alerts.positions],
  ["GET", "/summaries", summaries],
  ["GET", "/activity", activity],
  ["POST", "/unchanged", unchanged],
  ["GET", "/healthz", () => Promise.resolve(json({ ok: true }))],
  ["GET", "/readyz", ready],
  ["GET", "/metrics", metrics],
  ["GET", "/openapi.json", openapi],
  ["GET", "/docs", docs],
];

async function history({ context, url, roomId }: Call) {
  const id = url.searchParams.get("id");
  if (id !== null) return one(context.hub.log, roomId, id);
  const after = number(url, "after");
  const range = { before: number(url, "before"), after, limit: limitOf(url) };
  const headers = {
    ...momentOf(context.hub.log),
    "content-type": "application/json;charset=utf-8",
  };
  const page = await context.hub.log.page(roomId, range);
  return new Response(textOf(page), { headers });
}

/** The moment before something is read: see {@link MOMENT}. */
const momentOf = ({ changes }: RoomLog): Record<string, string> =>
  changes ? { [MOMENT]: changes.moment } : {};

const texts = new WeakMap<Page, string>();

/** A page as JSON: one that the log has kept is written once. */
function textOf(page: Page): string {
  const text = texts.get(page) ?? JSON.stringify(page);
  texts.set(page, text);
  return text;
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
  const { hub: { log, members } } = context;
  const amendment = parseAmendment(body, roomId);
  const role = await members.roleIn(person, roomId, amendment.clientId);
  await amendMessage(context.hub, person, role, amendment);
  context.hub.amended(person, amendment);
  return await one(log, roomId, amendment.id);
}

async function find(call: Call) {
  const query = parseSearch(await body(call));
  return json(await search(call.context.hub, personOf(call), query));
}

async function read(call: Call) {
  const { context, roomId } = call;
  const { offset } = object(await body(call), "The body");
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) {
    throw new FrameError(
      "bad-frame",
      "The field offset must be a whole number.",
    );
  }
  await context.hub.markRead(personOf(call), roomId, offset as number);
  return new Response(null, { status: 204 });
}

async function summaries(call: Call) {
  const { context, url } = call;
  const person = personOf(call);
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
  const headers = momentOf(log);
  const roles = await members.rolesIn(person, ids);
  const rooms = ids.filter((id) => roles.get(id));
  const found = { rooms: await log.summaries(person.id, rooms) };
  return Response.json(found, { headers });
}

/** When each of a person's rooms was last written to: for a list of more than fit on a page. */
async function activity(call: Call) {
  const { log } = call.context.hub;
  const headers = momentOf(log);
  const own = await log.members.roomsOf(personOf(call).id);
  return Response.json({ rooms: await log.activity(own) }, { headers });
}

async function stream(call: Call) {
  const { context, request, url, roomId } = call;
  const person = personOf(call);
  const { hub, full } = context;
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
