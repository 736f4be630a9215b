/** What only web may ask for. */
import { FrameError, object } from "../frame-fields.ts";
import { parsePreviewed, parseTranscript } from "../frame-parts.ts";
import type { Leftovers, NamesChanged } from "../protocol-http.ts";
import { tellHeard, tellPreview } from "../rooms/actions.ts";
import { clipsOf, renameFor, withdraw, writtenBy } from "../rooms/erasing.ts";
import { body, type Call, json, number } from "./call.ts";

/** Tells whoever has a room open that people are called otherwise now. Nothing is stored. */
export async function names(call: Call) {
  const { context, roomId } = call;
  const { names } = object(await body(call), "The body");
  const given = object(names, "The field names");
  if (!Object.values(given).every((name) => typeof name === "string")) {
    throw new FrameError("bad-frame", "A name must be text.");
  }
  const changed = given as NamesChanged["names"];
  context.hub.sendSignal(roomId, { type: "names", names: changed });
  const frame = { event: "names", roomId, names: changed } as const;
  context.hub.announcer.tell(roomId, frame);
  return new Response(null, { status: 204 });
}

/**
 * Tells everyone who is in a room, or one person, that it is called otherwise now. Nothing is stored.
 */
export async function renameRoom(call: Call) {
  const { context, roomId } = call;
  const { name, userId } = object(await body(call), "The body");
  if (!isName(name) || userId !== undefined && !isName(userId)) {
    throw new FrameError(
      "bad-frame",
      "The field name must be text, and so must userId, if it is there.",
    );
  }
  const frame = { event: "room-renamed", roomId, name } as const;
  context.hub.announcer.tell(roomId, frame, userId);
  return new Response(null, { status: 204 });
}

/** Gives everybody the words of a voice note that was sent without them. */
export async function transcript(call: Call) {
  const { context, roomId } = call;
  const heard = parseTranscript(await body(call));
  await tellHeard(context.hub.log, roomId, heard);
  return new Response(null, { status: 204 });
}

/** Gives everybody the preview of a page that a message links to, or takes it away. */
export async function preview(call: Call) {
  const { context, roomId } = call;
  const found = parsePreviewed(await body(call));
  await tellPreview(context.hub.log, roomId, found);
  return new Response(null, { status: 204 });
}

/** Ends sessions: their sockets are closed, and their tokens refused until they end. */
export async function sessions(call: Call) {
  const { context } = call;
  const { userId, sid, keep } = object(await body(call), "The body");
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
export async function renames(call: Call) {
  const { context } = call;
  const { userId, name, after } = object(await body(call), "The body");
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
export async function clips({ context, url, roomId }: Call) {
  return json(await clipsOf(context.hub.log, roomId, number(url, "after")));
}

/** A person's messages in a part of a room, for whoever gives them all that is theirs. */
export async function written({ context, url, roomId }: Call) {
  const by = url.searchParams.get("by");
  if (!isName(by)) {
    throw new FrameError("bad-frame", "The parameter by is required.");
  }
  const { log } = context.hub;
  return json(await writtenBy(log, roomId, by, number(url, "after")));
}

/** Deletes a person's messages in a part of a room: their account is gone, and they go with it. */
export async function withdrawals(call: Call) {
  const { context, roomId } = call;
  const { userId, name, after } = object(await body(call), "The body");
  const isPlace = after === undefined ||
    Number.isSafeInteger(after) && (after as number) >= 0;
  if (!isName(userId) || !isName(name) || !isPlace) {
    throw new FrameError(
      "bad-frame",
      "The fields userId and name are required; after is an offset, if it is there.",
    );
  }
  const from = after as number | undefined;
  const { log } = context.hub;
  return json(await withdraw(log, roomId, { userId, name, after: from }));
}

const isOptional = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === "string";

/** Deletes what was said in a room that has ended; who was in it is out before that. */
export async function end({ context, roomId }: Call) {
  await context.hub.log.deleteRoom(roomId);
  return new Response(null, { status: 204 });
}

/** Gives some of what hung on messages that are gone, until web says that it has taken it. */
export async function leftovers({ context }: Call) {
  const leftovers = await context.hub.log.leftovers();
  return json({ leftovers } satisfies Leftovers);
}

export async function leftoversTaken(call: Call) {
  const { context } = call;
  const { taken } = object(await body(call), "The body");
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
