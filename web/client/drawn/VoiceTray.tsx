/** The recording that goes with the message that is written, until it is sent or not wanted. */
import { render } from "preact";
import type { Voice } from "../../../realtime/protocol.ts";
import { goesAlong } from "../browser/along.ts";
import { discardVoice, keepVoice } from "../browser/keep-voice.ts";
import { openedRoom } from "../browser/voices.ts";
import { clockText, Waveform } from "./voice.tsx";

/** What is said of a recording that could not be heard. */
const UNHEARD = {
  waiting:
    "It could not be transcribed now. Send it as it is: its words follow.",
  none: "No words were recognised. You can send it without any.",
};

interface Attached {
  /** Undefined until web has it. */
  voice?: Voice;
  notice: string;
  /** It is to be sent as soon as web has it. */
  wanted: boolean;
}

let place: HTMLElement | undefined;
let input: HTMLTextAreaElement | undefined;
let attached: Attached | undefined;

const change = (next?: Attached) => {
  attached = next;
  draw();
};

/** Lets a recording go with the message, in place of one before it. */
function attach(to: HTMLTextAreaElement, next: Attached): void {
  const room = openedRoom()!;
  if (input !== to) {
    input = to;
    place = document.createElement("div");
    to.form!.before(place);
    to.form!.addEventListener("submit", hold, { capture: true });
    to.addEventListener("keydown", onKey, { capture: true });
  }
  room.spoken = () => {
    const voice = attached?.voice;
    // What could not be kept, and was said, is over with this message, too.
    if (voice || attached?.notice) change();
    return voice;
  };
  drop();
  change(next);
}

/** A recording whose words the message has: it is kept while they are edited. */
export async function addVoice(
  to: HTMLTextAreaElement,
  recording: Blob,
  language: string,
): Promise<void> {
  const mine: Attached = { notice: "", wanted: false };
  attach(to, mine);
  const { roomId } = openedRoom()!.state();
  try {
    const known = { language, known: true };
    const { voice } = await keepVoice(roomId, recording, known);
    if (attached !== mine) return voice && discardVoice(roomId, voice.clip);
    if (!voice) return change();
    change({ notice: "", voice, wanted: false });
    if (mine.wanted) to.form!.requestSubmit();
  } catch {
    if (attached !== mine) return;
    change({
      ...mine,
      notice: "Your recording could not be kept. Send the text alone.",
      wanted: false,
    });
  }
}

/** A recording that web has, with its words or without. */
export function addKept(
  to: HTMLTextAreaElement,
  voice: Voice,
  text: string,
): void {
  const unheard = voice.waiting ? UNHEARD.waiting : UNHEARD.none;
  attach(to, { voice, notice: text ? "" : unheard, wanted: false });
}

/** Forgets the recording: the text goes alone. */
function drop(): void {
  const clip = attached?.voice?.clip;
  if (clip) discardVoice(openedRoom()!.state().roomId, clip);
  change();
}

/** Until web has it, the message waits for it. */
function hold(event: Event): void {
  if (!attached || attached.voice || attached.notice) return;
  if (input!.form!.parentElement!.querySelector(".mode:not(.player)")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  attached.wanted = true;
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
  if (input) goesAlong(input, "voice", Boolean(attached?.voice));
  if (place) render(attached ? tray(attached) : null, place);
}

const tray = ({ voice, notice, wanted }: Attached) => (
  <div class="uploads">
    <div class="voice">
      <Waveform peaks={voice?.peaks} />
      {voice?.ms !== undefined && (
        <span class="soft">{clockText(voice.ms)}</span>
      )}
      <button
        type="button"
        class="button button-plain"
        onClick={() => {
          drop();
          input!.focus();
        }}
      >
        Send the text only
      </button>
    </div>
    <p role="status">
      {notice ||
        (wanted
          ? "Your message is sent as soon as its recording has arrived."
          : "Your recording is sent with the message.")}
    </p>
  </div>
);
