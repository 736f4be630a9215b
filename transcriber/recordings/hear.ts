import type { Recording } from "../audio/decode.ts";
import type {
  OpusOriginal,
  TranscribeOptions,
  Transcription,
} from "../recognizers/recognizer.ts";
import type { Deps } from "../service.ts";

/**
 * The words of a decoded recording; the time they took is measured.
 * @throws {ApiError} as `Recognizer.transcribe` does
 */
export function heardIn(
  { recognizer, metrics }: Pick<Deps, "recognizer" | "metrics">,
  bytes: Uint8Array,
  recording: Recording,
  options: Omit<TranscribeOptions, "original">,
): Promise<Transcription> {
  const original = originalOf(bytes, recording);
  return metrics.timed(() =>
    recognizer.transcribe(recording.pcm, { ...options, original })
  );
}

/** The recording itself, where it is Opus, for engines that take that undecoded. */
function originalOf(
  bytes: Uint8Array,
  { format, opusRate: sampleRate }: Recording,
): OpusOriginal | undefined {
  if (sampleRate === undefined) return undefined;
  return format === "webm" || format === "ogg"
    ? { bytes, container: format, sampleRate }
    : undefined;
}
