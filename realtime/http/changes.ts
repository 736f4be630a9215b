/** Whether what web keeps of somebody's pages is still so. */
import { FrameError, object } from "../frame-fields.ts";
import type { Asked, Unchanged } from "../protocol-http.ts";
import { body, type Call, json } from "./call.ts";

/** Asked at once. */
const MOST = 500;

function read(value: unknown): Asked[] {
  const { asked } = object(value, "The body");
  if (!Array.isArray(asked) || asked.length > MOST) {
    const why = `The field asked must be a list of at most ${MOST}.`;
    throw new FrameError("bad-frame", why);
  }
  return asked.map((one): Asked => {
    const { userId, since } = object(one, "What is asked");
    if (typeof userId === "string" && typeof since === "string") {
      return { userId, since };
    }
    throw new FrameError("bad-frame", "What is asked has a userId and since.");
  });
}

/** Of each of these people, whether they would read now what they read at a moment before. */
export async function unchanged(call: Call) {
  const { log } = call.context.hub;
  const asked = read(await body(call));
  const { changes } = log;
  // Before anything is looked at: what changes meanwhile is asked about the next time.
  const now = changes?.moment ?? null;
  const unchanged = await Promise.all(asked.map(async ({ userId, since }) => {
    if (!changes) return false;
    if (changes.isNow(since)) return true;
    const rooms = await log.members.roomsOf(userId);
    return !changes.since(since, userId, rooms);
  }));
  return json({ now, unchanged } satisfies Unchanged);
}
