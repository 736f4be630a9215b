import { assertSignedIn, type Caller } from "../access/auth.ts";
import type { Deps } from "../service.ts";
import type { ClipInfo } from "./clips.ts";

/**
 * Keeps a recording for whoever sent it.
 * @throws {ApiError} 401 `signed-out` if their session ended meanwhile; 413 `clip-quota` and 503
 * `clips-full` when there is no room for it; and what the store throws
 */
export async function keepClip(
  { clips, quota, auth }: Pick<Deps, "clips" | "quota" | "auth">,
  caller: Caller,
  bytes: Uint8Array,
  about: Pick<ClipInfo, "contentType" | "duration">,
): Promise<ClipInfo> {
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
