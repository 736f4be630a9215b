import type { Recording } from "../audio/decode.ts";
import { ApiError, internalError } from "../http/errors.ts";
import type {
  RecognitionStream,
  Recognizer,
  TranscribeOptions,
} from "../recognizers/recognizer.ts";
import { SAMPLE_RATE } from "../recognizers/recognizer.ts";
import { isWithoutWords, openAiError } from "./errors.ts";
import { logprobsOf, usageOf } from "./formats.ts";

/** Samples given to the engine at once: words are sent as soon as they are settled. */
const STEP = SAMPLE_RATE / 2;

/**
 * Recognises a recording piece by piece, and tells its words as server-sent events: a
 * `transcript.text.delta` for each stretch, and `transcript.text.done` with all of them. A failure
 * on the way is an event, too, since the answer has begun.
 * @param failed told of such a failure
 * @throws {ApiError} what the engine refuses before anything is said
 */
export async function streamed(
  recognizer: Recognizer,
  recording: Recording,
  options: TranscribeOptions & { logprobs: boolean },
  failed: (error: ApiError) => void,
): Promise<Response> {
  const gone = new AbortController();
  const signal = AbortSignal.any([options.signal, gone.signal]);
  const { readable, writable } = new TransformStream<string, string>();
  const writer = writable.getWriter();
  const send = (event: Record<string, unknown>) =>
    writer.write(`data: ${JSON.stringify(event)}\n\n`);
  let text = "";
  const all: ReturnType<typeof logprobsOf> = [];
  const engine = await recognizer.start({
    ...options,
    signal,
    onUpdate(update) {
      if (update.type !== "final" || update.text === "") return;
      const delta = text === "" ? update.text : ` ${update.text}`;
      text += delta;
      const logprobs = logprobsOf({ text: delta, words: update.words });
      all.push(...logprobs);
      const sure = options.logprobs ? { logprobs } : {};
      send({ type: "transcript.text.delta", delta, ...sure })
        .catch(() => gone.abort());
    },
  });
  writer.closed.catch(() => gone.abort());
  const work = async () => {
    try {
      await feed(engine, recording);
      const usage = usageOf(recording.duration);
      const done = { type: "transcript.text.done", text, usage };
      await send(options.logprobs ? { ...done, logprobs: all } : done);
    } catch (error) {
      if (signal.aborted) return;
      const shown = error instanceof ApiError ? error : internalError(error);
      failed(shown);
      await send({ ...openAiError(shown) });
    } finally {
      await engine.close();
      await writer.close();
    }
  };
  work().catch(() => {}); // whoever read has gone
  return new Response(readable.pipeThrough(new TextEncoderStream()), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}

async function feed(
  engine: RecognitionStream,
  { pcm, silent }: Recording,
): Promise<void> {
  if (silent) return;
  try {
    for (let at = 0; at < pcm.length; at += STEP) {
      await engine.feed(pcm.subarray(at, at + STEP));
    }
    await engine.finish();
  } catch (error) {
    if (!isWithoutWords(error)) throw error;
  }
}
