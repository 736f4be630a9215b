import { FrameError, object } from "../frame-fields.ts";
import type { Role } from "../protocol.ts";
import type { MemberList, MembersUpdate } from "../protocol-http.ts";
import { body, type Call } from "./call.ts";
import { HttpError } from "./error.ts";

const ROLES: unknown[] = ["admin", "member", "reader"] satisfies Role[];

/**
 * Takes the list of a room's members from web. Whoever is no longer among them is out before
 * the answer.
 */
export async function handOver(call: Call) {
  const { context, roomId } = call;
  const list = parseList(await body(call));
  await context.hub.log.members.put(roomId, list, "web");
  return new Response(null, { status: 204 });
}

/** Versions that an update may follow on from. */
const VERSIONS = 1_000;

/**
 * Takes what web says is different in a room's members. Whoever is no longer among them is out before
 * the answer.
 *
 * @throws {HttpError} 409 `members-unknown` where it does not follow on: the whole list is needed.
 */
export async function update(call: Call) {
  const { context, roomId } = call;
  const update = parseUpdate(await body(call));
  if (await context.hub.log.members.update(roomId, update)) {
    return new Response(null, { status: 204 });
  }
  const why = "What these changes follow on from is not known here.";
  throw new HttpError(409, "members-unknown", why);
}

/** @throws {FrameError} `bad-frame` */
function parseUpdate(value: unknown): MembersUpdate {
  const fields = object(value, "The body");
  const { version, after, changed, loud = false } = fields;
  if (!isVersion(version)) throw badVersion();
  if (
    !Array.isArray(after) || after.length > VERSIONS || !after.every(isVersion)
  ) {
    throw new FrameError(
      "bad-frame",
      "The field after must be a list of whole numbers.",
    );
  }
  if (typeof loud !== "boolean") {
    throw new FrameError("bad-frame", "The field loud must be true or false.");
  }
  const roles = object(changed, "The field changed");
  for (const role of Object.values(roles)) {
    if (role === null || ROLES.includes(role)) continue;
    throw badRole();
  }
  return { version, after, changed: roles as MembersUpdate["changed"], loud };
}

const isVersion = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const badVersion = () =>
  new FrameError("bad-frame", "The field version must be a whole number.");

const badRole = () =>
  new FrameError("bad-frame", "A role must be admin, member or reader.");

/** @throws {FrameError} `bad-frame` */
function parseList(value: unknown): MemberList {
  const { version, members, ended = false, loud = false } = object(
    value,
    "The body",
  );
  if (!isVersion(version)) throw badVersion();
  if (typeof ended !== "boolean" || typeof loud !== "boolean") {
    throw new FrameError(
      "bad-frame",
      "The fields ended and loud must be true or false.",
    );
  }
  const roles = object(members, "The field members");
  for (const role of Object.values(roles)) {
    if (ROLES.includes(role)) continue;
    throw badRole();
  }
  return {
    version,
    members: ended ? {} : roles as Record<string, Role>,
    ended,
    loud,
  };
}
