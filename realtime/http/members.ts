import { FrameError, object } from "../frame-fields.ts";
import type { Role } from "../protocol.ts";
import type { MemberList } from "../protocol-http.ts";
import { body, type Call, serviceOnly } from "./call.ts";

/** Bytes of a list of members: ten thousand of them take 370,000. */
const LIST_LIMIT = 550_000;

const ROLES: unknown[] = ["admin", "member", "reader"] satisfies Role[];

/**
 * Takes the list of a room's members from web. Whoever is no longer among them is out before
 * the answer.
 */
export async function handOver({ context, request, roomId }: Call) {
  await serviceOnly(context, request);
  const list = parseList(await body(request, LIST_LIMIT));
  await context.hub.log.members.put(roomId, list, "web");
  return new Response(null, { status: 204 });
}

/** @throws {FrameError} `bad-frame` */
function parseList(value: unknown): MemberList {
  const { version, members, ended = false, loud = false } = object(
    value,
    "The body",
  );
  if (!Number.isSafeInteger(version) || (version as number) < 0) {
    throw new FrameError(
      "bad-frame",
      "The field version must be a whole number.",
    );
  }
  if (typeof ended !== "boolean" || typeof loud !== "boolean") {
    throw new FrameError(
      "bad-frame",
      "The fields ended and loud must be true or false.",
    );
  }
  const roles = object(members, "The field members");
  for (const role of Object.values(roles)) {
    if (ROLES.includes(role)) continue;
    throw new FrameError(
      "bad-frame",
      "A role must be admin, member or reader.",
    );
  }
  return {
    version: version as number,
    members: ended ? {} : roles as Record<string, Role>,
    ended,
    loud,
  };
}
