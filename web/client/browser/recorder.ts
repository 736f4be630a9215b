/** Records the microphone; no page around it. */
import { openSound, type SoundEvents } from "./sound.ts";

/** The longest recording: ms. The transcriber takes no more. */
export const LONGEST = 300_000;
/** It ends this much earlier: what is recorded is a little longer than the clock says. */
const MARGIN = 1_000;
/** The largest recording: bytes. Five minutes have a seventh of it. */
const LARGEST = 10 * 1024 * 1024;
/** The loudest a recording may be and still count as silent, of 1. */
const SILENCE = 0.01;
const BITS_PER_SECOND = 32_000;

/** What a person said could not be taken; the message says what to do. */
export class DictationError extends Error {
  /** @param recordAgain sending the same recording again cannot help. */
  constructor(message: string, readonly recordAgain = false) {
    super(message);
  }
}

export interface RecordingEvents extends SoundEvents {
  /** What was recorded, also when the microphone went away or the limit was reached. */
  onEnd(audio: Blob, silent: boolean): void;
}

// Chrome and Firefox; Safari; old Firefox.
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/**
 * Asks for the microphone and starts recording.
 *
 * @param signal forgets the sound and gives the microphone back.
 * @returns what ends it; the recording then comes to `onEnd`.
 * @throws {DictationError} when it is denied, missing or in use, or cannot record here.
 * @throws {DOMException} `AbortError`, when nobody wants it any more.
 */
export async function record(
  events: RecordingEvents,
  signal: AbortSignal,
): Promise<() => void> {
  const mimeType = globalThis.MediaRecorder &&
    TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  if (!mimeType || !navigator.mediaDevices) {
    throw new DictationError(
      "This browser cannot record here. Open the page over https in a current browser.",
    );
  }
  const sound = openSound();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    .catch((error) => {
      sound.close();
      throw new DictationError(microphoneProblem(error));
    });
  const release = () => {
    stream.getTracks().forEach((track) => track.stop());
    return sound.close();
  };
  // So that no word is in the recording alone.
  await sound.ready;
  if (signal.aborted) {
    release();
    throw signal.reason;
  }
  const recorder = new MediaRecorder(stream, {
    mimeType,
    audioBitsPerSecond: BITS_PER_SECOND,
  });
  const chunks: Blob[] = [];
  let bytes = 0;
  let wanted = true;

  recorder.ondataavailable = ({ data }) => {
    chunks.push(data);
    bytes += data.size;
    if (bytes > LARGEST - 100_000) stop();
  };
  recorder.onstop = () => {
    clearTimeout(limit);
    const loudest = release();
    removeEventListener("pagehide", cancel);
    signal.removeEventListener("abort", cancel);
    // Without the parameters: not every server reads them.
    const type = mimeType.split(";")[0];
    if (wanted) events.onEnd(new Blob(chunks, { type }), loudest < SILENCE);
  };
  const stop = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  const cancel = () => {
    wanted = false;
    stop();
  };
  const limit = setTimeout(stop, LONGEST - MARGIN);
  addEventListener("pagehide", cancel);
  signal.addEventListener("abort", cancel);
  recorder.start(1_000);
  sound.listen(stream, events);
  return stop;
}

function microphoneProblem(error: Error): string {
  switch (error.name) {
    case "NotAllowedError":
      return "The microphone is blocked for this page. Allow it in the address bar.";
    case "NotFoundError":
      return "No microphone was found. Connect one and try again.";
    case "NotReadableError":
      return "Another program is using the microphone. Close it and try again.";
    default:
      return "The microphone did not start. Try again.";
  }
}
