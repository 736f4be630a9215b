import { isClipIdOf } from "../../realtime/common/clip-id.ts";
import { assertSignedIn, type Caller } from "../access/auth.ts";
import { ApiError } from "../http/errors.ts";
import type { Deps } from "../service.ts";
import type { ClipInfo, NewClip } from "./clips.ts";

/**
 * Keeps a recording for whoever sent it.
 * @throws {ApiError} 400 `clip-id` for a chosen id that is not theirs; 401 `signed-out` if their
 * session ended meanwhile; 413 `clip-quota` and 503 `clips-full` when there is no room for it; and
 * what the store throws
 */
export async function keepClip(
  { clips, quota, auth }: Pick<Deps, "clips" | "quota" | "auth">,
  caller: Caller,
  bytes: Uint8Array,
  about: Omit<NewClip, "owner">,
): Promise<ClipInfo> {
  if (about.id !== undefined && !isClipIdOf(caller.id, about.id)) {
    throw new ApiError({
      code: "clip-id",
      status: 400,
      message: "This is no id for a recording of yours. Leave it out.",
    });
  }
  const clip = await quota.within(
    caller,
    bytes.length,
    () => clips.put(bytes, { owner: caller.id, ...about }),
  );
  try {
    // Whoever deletes an account ends its sessions, then deletes what it kept: what comes after
    // that, while it is written, would stay.
    assertSignedIn(auth.signOuts, caller);
  } catch (error) {
    await clips.delete(clip.id);
    throw error;
  }
  return clip;
}
