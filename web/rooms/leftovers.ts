/**
 * What hung on messages that are gone, and is kept elsewhere: recordings, at the transcriber, and
 * files, here. The room log notes it in the transaction that erases a message, and keeps the note until it is told
 * that all of it was done. So nothing is forgotten if a process ends in between, or a service is
 * away; some may be deleted twice, which does no harm.
 */
import type { Leftover } from "../../realtime/protocol-http.ts";
import { removeFile } from "../files/remove.ts";
import { log } from "../log.ts";
import type { Services } from "../services.ts";
import { finishFirst } from "../shutdown.ts";
import { forgetSent, toDelete } from "../voices/sent.ts";
import { type Asking, askTranscriber } from "./ask-transcriber.ts";

type LeftoverServices = Pick<Services, "realtime" | "kv" | "files"> & Asking;

/** Milliseconds for the recordings of one answer of realtime. */
const PATIENCE_MS = 15_000;

/**
 * Has everything deleted that hung on messages which are gone; never throws. How much must wait: 1
 * while a service is away.
 */
export async function finishLeftovers(s: LeftoverServices): Promise<0 | 1> {
  try {
    for (;;) {
      const leftovers = await s.realtime.leftovers();
      if (leftovers.length === 0) return 0;
      // Only what belongs to whoever sent the message goes: anybody may name another's recording.
      const clips = leftovers.flatMap(({ attached }) => attached)
        .filter(({ kind }) => kind === "clip")
        .map(({ id, owner }) => ({ id, owner }));
      await removeFiles(s, leftovers);
      const going = await toDelete(s, clips);
      if (going.length > 0) {
        const named = { clips: going };
        await askTranscriber(s, "/erasures/clips", named, PATIENCE_MS);
        await forgetSent(s, going);
      }
      await s.realtime.leftoversTaken(leftovers);
    }
  } catch (error) {
    log("warn", "leftovers-wait", { error });
    return 1;
  }
}

/** Deletes the files of messages that are gone, each of the room it was in and of its sender. */
async function removeFiles(
  s: LeftoverServices,
  leftovers: Leftover[],
): Promise<void> {
  for (const { roomId, attached } of leftovers) {
    for (const { kind, id, owner } of attached) {
      if (kind !== "file") continue;
      await removeFile(
        s,
        id,
        (file) => file.roomId === roomId && file.owner === owner,
      );
    }
  }
}

/** Milliseconds between two looks, however much is asked of this process. */
const PAUSE_MS = 30_000;
const looked = new WeakMap<Services["realtime"], number>();

/**
 * {@link finishLeftovers} in the background, unless it was done a moment ago. Web does not hear of
 * messages that are deleted over a socket, so whatever is asked of it makes it look.
 */
export function finishLeftoversSoon(s: LeftoverServices): void {
  const now = Date.now();
  if (now - (looked.get(s.realtime) ?? 0) < PAUSE_MS) return;
  looked.set(s.realtime, now);
  finishFirst(finishLeftovers(s));
}
