import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { insertText } from "./insert.ts";
import {
  DictationError,
  LONGEST,
  record,
  type Recording,
  transcribe,
} from "./recorder.ts";
import type { Token } from "./token.ts";

export interface DictationProps {
  transcriberUrl: string;
  /** A token for the transcriber. */
  getToken(): Promise<Token>;
  /** Whether the transcriber has a recogniser now. */
  ready: boolean;
  /** Where the recognised words go. */
  input: HTMLTextAreaElement;
  onClose(): void;
}

const clock = (ms: number) =>
  `${Math.floor(ms / 60_000)}:${
    String(Math.floor(ms / 1_000) % 60).padStart(2, "0")
  }`;

/**
 * Records what is said and puts the recognised words into the composer, to be edited. A
 * recording is kept until it became words or the person discards it.
 */
export function Dictation(props: DictationProps) {
  const { input, onClose } = props;
  const phase = useSignal<"asking" | "recording" | "sending" | "failed">(
    "asking",
  );
  const problem = useSignal("");
  const elapsed = useSignal(0);
  const audio = useSignal<Blob | null>(null);
  const recording = useRef<Recording>();
  const sending = useRef<AbortController>();
  const meter = useRef<HTMLSpanElement>(null);
  const main = useRef<HTMLButtonElement>(null);

  const again = useSignal(false);

  const fail = (sentence: string, recordAgain = false) => {
    problem.value = sentence;
    again.value = recordAgain;
    phase.value = "failed";
  };

  const close = () => {
    recording.current?.cancel();
    sending.current?.abort();
    onClose();
    input.focus();
  };

  const send = async () => {
    phase.value = "sending";
    const { signal } = sending.current = new AbortController();
    try {
      const text = await transcribe(
        props.transcriberUrl,
        props.getToken,
        audio.value!,
        signal,
      );
      if (signal.aborted) return;
      insertText(input, text);
      close();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof DictationError)) throw error;
      fail(error.message, error.recordAgain);
    }
  };

  const start = async () => {
    audio.value = null;
    problem.value = "";
    phase.value = "asking";
    try {
      recording.current = await record({
        onLevel: (level) =>
          meter.current?.style.setProperty("--level", level.toFixed(2)),
        onEnd(blob, silent) {
          audio.value = blob;
          if (silent) {
            fail("Nothing was heard. Is the right microphone on?", true);
          } else send();
        },
      });
      phase.value = "recording";
    } catch (error) {
      if (!(error instanceof DictationError)) throw error;
      fail(error.message);
    }
  };

  useEffect(() => {
    if (!props.ready) {
      fail(
        "Dictation is off: this server has no speech recogniser. " +
          "Whoever runs it can install PocketSphinx.",
      );
      return;
    }
    start();
    return () => recording.current?.cancel();
  }, []);

  const now = phase.value;
  useEffect(() => {
    main.current?.focus();
    if (now !== "recording") return;
    const from = Date.now();
    const timer = setInterval(() => elapsed.value = Date.now() - from, 250);
    return () => clearInterval(timer);
  }, [now]);

  // What was said must not be lost by closing the tab.
  const unsaved = now === "recording" || audio.value;
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [!unsaved]);

  const button = (label: string, work: () => void, first = false) => (
    <button
      type="button"
      class={`button ${first ? "" : "button-plain"}`}
      ref={first ? main : undefined}
      onClick={work}
    >
      {label}
    </button>
  );
  return (
    <div
      class={`dictation ${now}`}
      role="group"
      aria-label="Dictation"
      onKeyDown={(event) => event.key === "Escape" && !audio.value && close()}
    >
      {now === "recording" && (
        <>
          <span class="level" ref={meter} aria-hidden="true" />
          <span class="clock">
            {clock(elapsed.value)}
            <span class="soft">of {clock(LONGEST)}</span>
          </span>
        </>
      )}
      <p role="status" class={now === "recording" ? "visually-hidden" : ""}>
        {now === "asking"
          ? "Allow the microphone…"
          : now === "sending"
          ? "Finding the words…"
          : now === "recording"
          ? "Recording"
          : problem.value}
      </p>
      {now === "recording" && (
        <>
          {button("Cancel", close)}
          {button("Stop", () => recording.current!.stop(), true)}
        </>
      )}
      {(now === "asking" || now === "sending") && button("Cancel", close)}
      {now === "failed" && !audio.value && (
        <>
          {button("Close", close, !props.ready)}
          {props.ready && button("Try again", start, true)}
        </>
      )}
      {now === "failed" && audio.value && (
        <>
          {button("Discard", close)}
          {button("Keep as a file", () => save(audio.value!))}
          {again.value
            ? button("Record again", start, true)
            : button("Try again", send, true)}
        </>
      )}
    </div>
  );
}

/** Gives the recording to the person as a file. */
function save(audio: Blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(audio);
  link.download = `dictation.${audio.type.split("/")[1]}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The panel as an element, for a page that does not import it. */
export const dictation = (props: DictationProps) => <Dictation {...props} />;
