/** Records the microphone and has the words recognised; no page around it. */
import type { Token } from "./token.ts";

/** The longest recording: ms. The transcriber takes no more. */
export const LONGEST = 300_000;
/** The largest recording: bytes. Likewise. */
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

/** A recording under way. */
export interface Recording {
  /** Ends it; the sound comes to `onEnd`. */
  stop(): void;
  /** Ends it and forgets the sound. */
  cancel(): void;
}

export interface RecordingEvents {
  /** About sixty times a second: how loud it is now, from 0 to 1. */
  onLevel(level: number): void;
  /** What was recorded, also when the microphone went away or the limit was reached. */
  onEnd(audio: Blob, silent: boolean): void;
}

// Chrome and Firefox; Safari; old Firefox.
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/**
 * Asks for the microphone and starts recording.
 *
 * @throws {DictationError} when it is denied, missing or in use, or cannot record here.
 */
export async function record(events: RecordingEvents): Promise<Recording> {
  const mimeType = globalThis.MediaRecorder &&
    TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  if (!mimeType || !navigator.mediaDevices) {
    throw new DictationError(
      "This browser cannot record here. Open the page over https in a current browser.",
    );
  }
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    .catch((error) => {
      throw new DictationError(microphoneProblem(error));
    });
  const recorder = new MediaRecorder(stream, {
    mimeType,
    audioBitsPerSecond: BITS_PER_SECOND,
  });
  const meter = listen(stream, events.onLevel);
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
    const loudest = meter.close();
    stream.getTracks().forEach((track) => track.stop());
    removeEventListener("pagehide", cancel);
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
  const limit = setTimeout(stop, LONGEST);
  addEventListener("pagehide", cancel);
  recorder.start(1_000);
  return { stop, cancel };
}

function microphoneProblem(error: Error): string {
  switch (error.name) {
    case "NotAllowedError":
      return "The microphone is blocked for this page. Allow it in the address bar.";
    case "NotFoundError":
      return "No microphone was found. Connect one and try again.";
    case "NotReadableError":
      return "Another program uses the microphone. Close it and try again.";
    default:
      return "The microphone did not start. Try again.";
  }
}

/** Measures how loud a stream is; `close` tells the loudest moment, 1 if none was measured. */
function listen(stream: MediaStream, onLevel: (level: number) => void) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  let frame = requestAnimationFrame(function measure() {
    analyser.getFloatTimeDomainData(samples);
    const peak = samples.reduce((most, s) => Math.max(most, Math.abs(s)), 0);
    loudest = Math.max(loudest, peak);
    // Speech is mostly quiet: the root shows it.
    onLevel(Math.min(1, Math.sqrt(peak)));
    frame = requestAnimationFrame(measure);
  });
  return {
    close(): number {
      cancelAnimationFrame(frame);
      // A browser may hold the meter back, or the page be in the background.
      const measured = context.state === "running" && loudest > 0;
      context.close();
      return measured ? loudest : 1;
    },
  };
}

/**
 * The words of a recording.
 *
 * @throws {DictationError} when there are none or they cannot be had; the recording may be
 * sent again.
 */
export async function transcribe(
  transcriberUrl: string,
  getToken: () => Promise<Token>,
  audio: Blob,
  signal: AbortSignal,
): Promise<string> {
  const response = await getToken()
    .then(({ token }) =>
      fetch(`${transcriberUrl}/transcribe`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": audio.type,
        },
        body: audio,
        signal,
      })
    )
    .catch((error) => {
      throw new DictationError(
        error.final
          ? error.message
          : "Speech recognition cannot be reached now.",
      );
    });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const { status } = response;
    throw new DictationError(
      answer.error?.message ?? "Speech recognition failed. Try again.",
      status < 500 && status !== 401 && status !== 429,
    );
  }
  const text = answer.text?.trim();
  if (!text) throw new DictationError("No words were recognised.", true);
  return text;
}
