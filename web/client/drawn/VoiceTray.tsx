/** The recording that goes with the message that is written, until it is sent or not wanted. */
import { render } from "preact";
import type { Voice } from "../../../realtime/protocol.ts";
import { goesAlong } from "../browser/along.ts";
import { insertText } from "../browser/insert.ts";
import { discardVoice, keepVoice } from "../browser/keep-voice.ts";
import {
  clipOf,
  dropRecording,
  looseRecording,
  noteRecording,
  type Recording,
} from "../browser/recordings.ts";
import { openedRoom } from "../browser/voices.ts";
import { save } from "./dictated.tsx";
import { clockText, Waveform } from "./voice.tsx";

const SAID = {
  goes: "Your recording is sent with the message.",
  wanted: "Your message is sent as soon as its recording has arrived.",
  waiting:
    "It could not be transcribed now. Send it as it is, and the words will follow.",
  none: "No words were recognised. You can send it without any.",
  here:
    "Your recording is safe on this device. Send it as it is, or try again.",
  lost: "Your recording could not be kept. Send the text alone.",
  over: "Your recording was not sent. Keep it as a file, or discard it.",
};

interface Attached {
  /** Undefined until web has it. */
  voice?: Voice;
  /** As it is on this device, where that keeps it. */
  recording?: Recording;
  said: keyof typeof SAID;
  /** Web is being asked to keep it. */
  isComing: boolean;
  /** It is to be sent as soon as web has it. */
  isWanted: boolean;
}

let place: HTMLElement | undefined;
let input: HTMLTextAreaElement | undefined;
let attached: Attached | undefined;

/** Lets a recording go with the message, in place of one before it. */
function attach(
  to: HTMLTextAreaElement,
  next: Partial<Attached>,
): Attached {
  const room = openedRoom()!;
  if (input !== to) {
    input = to;
    place = document.createElement("div");
    to.form!.before(place);
    to.form!.addEventListener("submit", hold, { capture: true });
    to.addEventListener("keydown", onKey, { capture: true });
    to.addEventListener("input", draw);
    // A room that ends can be written in no more, and one that is back again.
    new MutationObserver(draw).observe(to, { attributeFilter: ["readonly"] });
  }
  room.spoken = take;
  drop();
  attached = { said: "goes", isComing: false, isWanted: false, ...next };
  draw();
  return attached;
}

/** What the message that is sent now says of its recording. */
function take(): Voice | undefined {
  if (!attached) return;
  const { voice, recording, isComing } = attached;
  // It goes with the next one.
  if (isComing && !recording) return;
  attached = undefined;
  draw();
  if (!recording) return voice;
  noteRecording(recording, { taken: true });
  return voice ?? clipOf(recording);
}

/** A recording whose words the message has: it is kept while they are edited. */
export const addVoice = (
  to: HTMLTextAreaElement,
  recording: Recording | undefined,
  audio: Blob,
  language: string,
): Promise<void> => keep(attach(to, { recording }), audio, language);

/** A recording that web has, with its words or without. */
export function addKept(
  to: HTMLTextAreaElement,
  recording: Recording | undefined,
  voice: Voice,
  text: string,
): void {
  if (recording) noteRecording(recording, { voice, known: true });
  const said = text ? "goes" : voice.waiting ? "waiting" : "none";
  attach(to, { recording, voice, said });
}

/** A recording that web does not have yet. */
export function addHere(to: HTMLTextAreaElement, recording: Recording): void {
  const { voice } = recording;
  attach(to, { recording, voice, said: voice ? "goes" : "here" });
}

/** Offers what was recorded in this room and not sent when its page was left. */
export async function restore(to: HTMLTextAreaElement): Promise<void> {
  const { me, roomId, unsent } = openedRoom()!.state();
  const waiting = unsent.map(({ voice }) => voice?.clip);
  const recording = await looseRecording(me, roomId, waiting);
  if (recording && !attached) addHere(to, recording);
}

/** Has web keep it, and hear it unless its words are in the text. */
async function keep(
  mine: Attached,
  audio: Blob,
  language: string,
): Promise<void> {
  const { roomId } = openedRoom()!.state();
  const { recording } = mine;
  const known = recording?.known ?? true;
  Object.assign(mine, { isComing: true, said: "goes" });
  draw();
  try {
    const { voice, text } = await keepVoice(roomId, audio, { language, known });
    if (attached !== mine) return voice && discardVoice(roomId, voice.clip);
    if (!known && text) insertText(input!, text);
    if (!voice) return drop();
    if (recording) noteRecording(recording, { voice, known: true });
    Object.assign(mine, { voice, isComing: false });
    if (!known && !text) mine.said = voice.waiting ? "waiting" : "none";
  } catch {
    if (attached !== mine) return;
    Object.assign(mine, { isComing: false, said: recording ? "here" : "lost" });
    if (!recording) mine.isWanted = false;
  }
  draw();
  // What waits for it goes out with it, or, where it is on this device, before it.
  if (mine.isWanted) input!.form!.requestSubmit();
}

/** Forgets the recording: the text goes alone. */
function drop(): void {
  const { voice, recording } = attached ?? {};
  attached = undefined;
  if (voice) discardVoice(openedRoom()!.state().roomId, voice.clip);
  if (recording) dropRecording(recording);
  draw();
}

/** Until web has it, the message waits for it. */
function hold(event: Event): void {
  if (!attached?.isComing) return;
  if (input!.form!.parentElement!.querySelector(".mode:not(.player)")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  attached.isWanted = true;
  draw();
}

function onKey(event: KeyboardEvent): void {
  // As the composer takes it: see Composer.tsx.
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) {
    return;
  }
  const sends = event.ctrlKey || event.metaKey ||
    !event.shiftKey && !matchMedia("(pointer:coarse)").matches;
  if (sends) hold(event);
}

function draw(): void {
  const { voice, recording, isComing } = attached ?? {};
  const goes = Boolean(voice || recording && !isComing);
  if (input) goesAlong(input, "voice", goes);
  if (place) render(attached ? <Tray {...attached} /> : null, place);
}

function Tray({ voice, recording, said, isComing, isWanted }: Attached) {
  // Without words there is nothing else to send.
  const isOver = input!.readOnly;
  const hasWords = input!.value.trim() !== "" && !isOver;
  const again = () => keep(attached!, recording!.audio, recording!.language);
  return (
    <div class="uploads">
      <div class="voice">
        {voice && <Waveform peaks={voice.peaks} />}
        {voice?.ms !== undefined && (
          <span class="soft">{clockText(voice.ms)}</span>
        )}
        {recording && isOver && (
          <button
            type="button"
            class="button button-plain"
            onClick={() => save(recording.audio)}
          >
            Keep as a file
          </button>
        )}
        {recording && !voice && !isComing && !isOver && (
          <button type="button" class="button button-plain" onClick={again}>
            Try again
          </button>
        )}
        <button
          type="button"
          class="button button-plain"
          onClick={() => {
            drop();
            input!.focus();
          }}
        >
          {hasWords ? "Send the text only" : "Discard recording"}
        </button>
      </div>
      <p role="status">
        {SAID[isOver ? "over" : isComing && isWanted ? "wanted" : said]}
      </p>
    </div>
  );
}
