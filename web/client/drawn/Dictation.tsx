import { useEffect, useRef, useState } from "preact/hooks";
import { LET_GO } from "../browser/hold-to-talk.ts";
import { insertText } from "../browser/insert.ts";
import { keepVoice, NotKept } from "../browser/keep-voice.ts";
import {
  chooseHere,
  fetchChoice,
  UNKNOWN,
} from "../browser/language-choice.ts";
import {
  type LiveTranscript,
  liveTranscript,
  NOTHING,
} from "../browser/live-transcript.ts";
import { DictationError, LONGEST, record } from "../browser/recorder.ts";
import {
  dropRecording,
  keepRecording,
  noteRecording,
  type Recording,
} from "../browser/recordings.ts";
import type { TranscriberState } from "../../http/pages/transcriber.ts";
import type { LanguageChoice } from "../../dictation/choice.ts";
import { openedRoom } from "../browser/voices.ts";
import type { fetchToken } from "../browser/token.ts";
import { transcribe, type Transcribed } from "../browser/transcribe.ts";
import { adviceOn, LATER, marked, save } from "./dictated.tsx";
import { clockText as clock, Waveform } from "./voice.tsx";
import { addHere, addKept, addVoice } from "./VoiceTray.tsx";

export interface DictationProps {
  transcriberUrl: string;
  roomId: string;
  /** The page's own: a copy of it here would be loaded with the page. */
  fetchToken: typeof fetchToken;
  /** How the transcriber was when the page was made. */
  transcriber: TranscriberState;
  /** Where the recognised words go. */
  input: HTMLTextAreaElement;
  onClose(): void;
}

/** Parts of the waveform that is shown while somebody speaks: a quarter of a second each. */
const WIDE = 64;
const wave = (levels: number[]): number[] => [
  ...levels.map((level) => Math.min(100, 100 * level)),
  ...Array(WIDE - levels.length).fill(0),
];

/** Why there is no dictation, and what to do; undefined when there is. */
const OFF: Record<TranscriberState, string | undefined> = {
  ready: undefined,
  off:
    "Dictation is off: this server has no speech recogniser. Whoever runs it can install PocketSphinx.",
  silent:
    "Dictation is down: the speech recogniser is not responding. Reload the page to try again; what you wrote is kept.",
};

/**
 * Records what is said, shows the words as they are understood, and puts them into the
 * composer, to be edited. Sound that could not be followed live is sent as a recording,
 * which is kept until it became words or the person discards it.
 */
export function Dictation(props: DictationProps) {
  const { transcriberUrl, roomId, input, onClose } = props;
  const off = OFF[props.transcriber];
  const [phase, setPhase] = useState<
    "asking" | "recording" | "sending" | "failed" | "check"
  >(off ? "failed" : "asking");
  const [problem, setProblem] = useState({
    sentence: off ?? "",
    recordAgain: false,
  });
  const [elapsed, setElapsed] = useState(0);
  const [check, setCheck] = useState<Transcribed>();
  const [audio, setAudio] = useState<Blob | null>(null);
  const [heard, setHeard] = useState(NOTHING);
  const [work] = useState(() => new AbortController());
  const { signal } = work;
  const [choice, setChoice] = useState<LanguageChoice>(UNKNOWN);
  // What is spoken, for whatever is sent next.
  const language = useRef("");
  const stop = useRef(() => {});
  /** The recording as this device keeps it, until it became words or a message has it. */
  const here = useRef<Recording>();
  const live = useRef<LiveTranscript>();
  const panel = useRef<HTMLDivElement>(null);
  const meter = useRef<HTMLSpanElement>(null);
  const main = useRef<HTMLButtonElement>(null);
  const loudest = useRef(0);
  const levels = useRef<number[]>([]);

  const fail = (sentence: string, recordAgain = false) => {
    setProblem({ sentence, recordAgain });
    setPhase("failed");
  };

  const caught = (error: unknown) => {
    if (signal.aborted) return;
    if (error instanceof DictationError) {
      return fail(error.message, error.recordAgain);
    }
    fail("Dictation stopped working. Try again.");
    throw error;
  };

  const getToken = () => props.fetchToken("transcriber", roomId);

  const close = () => {
    onClose();
    input.focus();
  };

  /** The words of a recording, which goes along with them where web could keep it. */
  const hear = async (recording: Blob): Promise<Transcribed> => {
    const how = { language: language.current, known: false };
    const kept = await keepVoice(roomId, recording, how, signal)
      .catch((error) => {
        // The room has ended: that is why its words cannot be had, either.
        if (input.readOnly && error instanceof NotKept && error.isFinal) {
          throw new DictationError(error.message);
        }
      });
    signal.throwIfAborted();
    if (!kept?.voice) {
      const words = await transcribe(
        transcriberUrl,
        getToken,
        recording,
        signal,
        undefined,
        language.current,
      );
      // It is kept once the network is back.
      if (!kept && here.current) {
        await noteRecording(here.current, { known: true });
        addHere(input, here.current);
        here.current = undefined;
      }
      return words;
    }
    addKept(input, here.current, kept.voice, kept.text);
    here.current = undefined;
    return kept;
  };

  const forget = () => {
    if (here.current) dropRecording(here.current);
    here.current = undefined;
  };

  const send = async (recording: Blob) => {
    setPhase("sending");
    try {
      here.current ??= await keepRecording({
        ...{ me: openedRoom()!.state().me, roomId },
        ...{ audio: recording, language: language.current, known: false },
      });
      const { finish, doubtful } = live.current!;
      const text = await finish();
      signal.throwIfAborted();
      if (text) {
        if (here.current) noteRecording(here.current, { known: true });
        addVoice(input, here.current, recording, language.current);
        here.current = undefined;
      }
      const heard = text
        ? { text, cut: false, doubtful }
        : await hear(recording);
      signal.throwIfAborted();
      // Its words are there, and there is no room for it.
      forget();
      if (heard.text) insertText(input, heard.text);
      if (!heard.cut && !heard.doubtful.length) return close();
      setAudio(null);
      setHeard(NOTHING);
      setCheck(heard);
      setPhase("check");
    } catch (error) {
      caught(error);
    }
  };

  const start = async () => {
    forget();
    setAudio(null);
    setHeard(NOTHING);
    setElapsed(0);
    setPhase("asking");
    const words = live.current = liveTranscript({
      transcriberUrl,
      getToken,
      onHeard: setHeard,
      signal,
      language: language.current,
    });
    try {
      stop.current = await record({
        onLevel(level) {
          meter.current?.style.setProperty("--level", level.toFixed(2));
          loudest.current = Math.max(loudest.current, level);
        },
        onSamples: words.feed,
        onEnd(recording, silent) {
          setAudio(recording);
          if (!silent) return send(recording);
          words.finish();
          fail("Nothing was heard. Is the right microphone on?", true);
        },
      }, signal);
      setPhase("recording");
    } catch (error) {
      caught(error);
    }
  };

  /** What cannot be understood here is said before anything is recorded. */
  const open = async () => {
    const known = await fetchChoice(signal);
    if (signal.aborted) return;
    setChoice(known);
    language.current = known.language;
    if (!known.missing) return start();
    fail(
      `This server does not understand ${known.missing}. Choose the language you speak, then try again.`,
    );
  };

  useEffect(() => {
    if (!off) open();
    // Held, the microphone is let go; a tap has none of it.
    input.form!.addEventListener(LET_GO, () => stop.current(), { signal });
    return () => work.abort();
  }, []);

  const speak = (tag: string) => {
    language.current = tag;
    chooseHere(tag);
    setChoice({ ...choice, language: tag });
    if (phase === "recording") live.current?.speak(tag);
  };

  useEffect(() => {
    // The words are there to be edited, whatever a phase before has taken the focus to.
    if (phase === "check") return input.focus();
    // Never to Cancel: a second press of Stop must not throw the recording away.
    (main.current ?? panel.current!).focus();
    if (phase !== "recording") return;
    const from = Date.now();
    levels.current = [];
    const timer = setInterval(() => {
      levels.current = [...levels.current, loudest.current].slice(-WIDE);
      loudest.current = 0;
      setElapsed(Date.now() - from);
    }, 250);
    return () => clearInterval(timer);
  }, [phase]);

  // Sent as it is, or more is dictated: what there was to check is settled.
  useEffect(() => {
    if (phase === "check") start();
  }, [onClose]);
  useEffect(() => {
    if (phase !== "check") return;
    // However it is sent, the composer is empty afterwards.
    const onInput = () => input.value || onClose();
    input.addEventListener("input", onInput);
    return () => input.removeEventListener("input", onInput);
  }, [phase]);

  // What was said must not be lost by closing the tab.
  const unsaved = phase === "recording" || audio !== null && !here.current;
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [unsaved]);

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
      class={`dictation ${phase}`}
      ref={panel}
      tabIndex={-1}
      role="group"
      aria-label="Dictation"
      onKeyDown={(event) => event.key === "Escape" && !audio && close()}
    >
      {check && phase === "check" && (
        <div class="heard" dir="auto">
          <p>{marked(check)}</p>
        </div>
      )}
      {(heard.guess || heard.settled[0]) && (
        <div class="heard" dir="auto">
          <p>
            {/* Each settled sentence is announced once; guesses change too often. */}
            <span aria-live="polite">
              {heard.settled.map((text, at) => (
                <span key={at}>{text + " "}</span>
              ))}
            </span>
            <span class="soft" aria-hidden="true">{heard.guess}</span>
          </p>
        </div>
      )}
      {phase === "recording" && (
        <>
          <span class="level" ref={meter} aria-hidden="true" />
          <Waveform peaks={wave(levels.current)} />
          <span class="clock">
            {clock(elapsed)}
            <span class="soft">of {clock(LONGEST)}</span>
          </span>
        </>
      )}
      <p
        role="status"
        class={phase === "recording" && !heard.later ? "visually-hidden" : ""}
      >
        {phase === "asking"
          ? "Allow the microphone…"
          : phase === "sending"
          ? heard.later === "busy"
            ? "Many people are dictating. This may take half a minute…"
            : "Transcribing…"
          : phase === "recording"
          ? heard.later ? LATER[heard.later] : "Recording"
          : phase === "check"
          ? adviceOn(check!)
          : problem.sentence}
      </p>
      {choice.languages.length > 1 && phase !== "check" &&
        phase !== "sending" && (
        <select
          class="input language"
          aria-label="Language"
          value={choice.language}
          onChange={(event) => speak(event.currentTarget.value)}
        >
          {choice.detects && <option value="">Whichever I speak</option>}
          {choice.languages.map(({ tag, name }) => (
            <option key={tag} value={tag}>{name}</option>
          ))}
        </select>
      )}
      {phase === "check" && button("Done", close)}
      {phase === "recording" && (
        <>
          {button("Cancel", close)}
          {button("Stop", stop.current, true)}
        </>
      )}
      {(phase === "asking" || phase === "sending") && button("Cancel", close)}
      {phase === "failed" && !audio && (
        <>
          {button("Close", close, !!off)}
          {!off && button("Try again", start, true)}
        </>
      )}
      {phase === "failed" && audio && (
        <>
          {button("Discard", () => {
            forget();
            close();
          })}
          {button("Keep as a file", () => save(audio))}
          {!problem.recordAgain && here.current &&
            button("Send without words", () => {
              addHere(input, here.current!);
              close();
            })}
          {problem.recordAgain
            ? button("Record again", start, true)
            : button("Try again", () => send(audio), true)}
        </>
      )}
    </div>
  );
}

/** The panel as an element, for a page that does not import it. */
export const dictation = (props: DictationProps) => <Dictation {...props} />;
