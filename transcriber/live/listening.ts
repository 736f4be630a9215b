import { z } from "@hono/zod-openapi";
import { audioTooLong } from "../audio/errors.ts";
import { AUDIO_LIMITS } from "../http/limits.ts";
import {
  type RecognitionStream,
  SAMPLE_RATE,
} from "../recognizers/recognizer.ts";
import { idleTooLong, unknownFrame } from "./errors.ts";
import type { Inbox } from "./inbox.ts";

const End = z.object({ type: z.literal("end") });

/**
 * Feeds an engine what comes in, until the client says that it is the end or has gone. However it
 * ends, what was said until then is settled.
 * @param heard counts the samples
 * @param idleMs how long it may be before the next frame comes
 * @throws {ApiError} what was wrong with a frame; 413 `audio-too-long`; 503 `idle`
 */
export async function listen(
  inbox: Inbox,
  stream: RecognitionStream,
  heard: { samples: number },
  idleMs: number,
): Promise<void> {
  for (;;) {
    const frame = await nextOrSettle(inbox, stream, idleMs);
    if (frame === null) return;
    if ("json" in frame) {
      if (!End.safeParse(frame.json).success) throw unknownFrame();
      await stream.finish();
      return;
    }
    heard.samples += frame.pcm.length;
    if (heard.samples > AUDIO_LIMITS.seconds * SAMPLE_RATE) {
      await stream.finish();
      throw audioTooLong();
    }
    await stream.feed(frame.pcm);
  }
}

async function nextOrSettle(
  inbox: Inbox,
  stream: RecognitionStream,
  idleMs: number,
) {
  try {
    return await inbox.next(idleMs, idleTooLong());
  } catch (error) {
    await stream.finish();
    throw error;
  }
}
