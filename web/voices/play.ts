import { isClipName } from "../../realtime/common/clip-id.ts";
import type { Person, Services } from "../services.ts";
import { noVoice, voicesDown } from "./errors.ts";

/** How long the transcriber may take to begin: ms. */
const PATIENCE = 15_000;
/** What of its answer is passed on. */
const PASSED = [
  "accept-ranges",
  "content-length",
  "content-range",
  "content-type",
];

/**
 * The recording of a message, or the part of it that is asked for, for whoever is in its room now.
 * It is passed on as it comes. No address of it is given away: what was played cannot be played
 * again by somebody who is not in the room any more.
 *
 * @throws {AppError} `not-found` (404), the same for a message of another room and for a recording
 * that is not its sender's; `voices-unavailable` (503); what the room log throws.
 */
export async function playVoice(
  s: Pick<Services, "realtime" | "config" | "signer">,
  me: Person,
  { roomId, id }: { roomId: string; id: string },
  req: Request,
): Promise<Response> {
  const { voice, sender } = await s.realtime.find(me, roomId, id);
  if (!voice || !isClipName(voice.clip)) throw noVoice();
  const answer = await read(s, pathOf(voice.clip, sender.id), req);
  if (![200, 206, 416].includes(answer.status)) {
    await answer.body?.cancel();
    throw answer.status < 500 && answer.status !== 401
      ? noVoice()
      : voicesDown(answer.status);
  }
  const headers = new Headers({
    "cache-control": "private, no-store",
    "content-disposition": "inline",
  });
  for (const name of PASSED) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const { status } = answer;
  return new Response(req.method === "HEAD" ? null : answer.body, {
    status,
    headers,
  });
}

/**
 * Whether the transcriber keeps a recording of somebody's.
 *
 * @throws {AppError} `voices-unavailable` (503)
 */
export async function isKept(
  s: Pick<Services, "config" | "signer">,
  owner: string,
  clip: string,
): Promise<boolean> {
  if (!isClipName(clip)) return false;
  const answer = await read(s, pathOf(clip, owner), {
    headers: new Headers({ range: "bytes=0-0" }),
  });
  await answer.body?.cancel();
  if (answer.status >= 500 || answer.status === 401) {
    throw voicesDown(answer.status);
  }
  return answer.ok;
}

const pathOf = (clip: string, owner: string) =>
  `/clips/${encodeURIComponent(clip)}?owner=${encodeURIComponent(owner)}`;

async function read(
  { config, signer }: Pick<Services, "config" | "signer">,
  path: string,
  req: Pick<Request, "headers"> & { signal?: AbortSignal },
): Promise<Response> {
  const headers = new Headers({
    authorization: `Bearer ${await signer.serviceToken("transcriber")}`,
  });
  const range = req.headers.get("range");
  if (range) headers.set("range", range);
  const opening = new AbortController();
  const timer = setTimeout(() => opening.abort(), PATIENCE);
  try {
    return await fetch(config.transcriberUrl + path, {
      headers,
      signal: AbortSignal.any([
        opening.signal,
        ...(req.signal ? [req.signal] : []),
      ]),
      redirect: "error",
    });
  } catch (error) {
    throw voicesDown(error);
  } finally {
    clearTimeout(timer);
  }
}
