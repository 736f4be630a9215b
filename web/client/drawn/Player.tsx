/** Plays voice notes, one at a time, in a bar above the composer. */
import { render } from "preact";
import type { Message } from "../../../realtime/protocol.ts";
import { highlight, type Spoken, spokenIn } from "../browser/spoken.ts";
import {
  keepPlaying,
  keepPosition,
  keepRate,
  playingKept,
  positionOf,
  rateKept,
  type Track,
  trackOf,
} from "../browser/voice-memory.ts";
import { onLogChange } from "../browser/log-changes.ts";
import { openedRoom } from "../browser/voices.ts";
import { clockText } from "./voice.tsx";

const RATES = [1, 1.25, 1.5, 2];

const audio = new Audio();
const place = document.createElement("div");
let track: Track | undefined;
let problem = "";
/** Where it begins once the browser knows how long it is: seconds. */
let from = 0;

const me = () => openedRoom()!.state().me;
const rowOf = (id: string) => document.getElementById(id);

/** A button, a waveform or a word of a message was pressed. */
export function press(
  roomId: string,
  message: Message,
  part: Element,
  { clientX, clientY }: MouseEvent,
): void {
  const next = trackOf(roomId, message);
  if (part.matches("button")) {
    if (track?.id !== next.id) return begin(next, positionOf(next.id));
    return toggle();
  }
  if (part.matches(".wave")) {
    const { left, width } = part.getBoundingClientRect();
    const share = Math.max(0, (clientX - left) / width);
    return begin(next, share * next.ms / 1_000);
  }
  const word = spokenIn(part.closest("li")!, next).wordAt(clientX, clientY);
  if (word) begin(next, word.at / 1_000);
}

/** Goes on with what played in the page before, if that was left a moment ago. */
export function resume(): void {
  const kept = playingKept(me());
  if (!kept || track) return;
  begin(kept.track, positionOf(kept.track.id), kept.goesOn);
}

function begin(next: Track, seconds: number, plays = true): void {
  if (track?.id !== next.id) {
    leave();
    track = next;
    audio.src = `/rooms/${next.roomId}/messages/${next.id}/voice`;
    // Another source forgets it.
    audio.playbackRate = audio.defaultPlaybackRate = rateKept();
    document.getElementById("write")!.before(place, audio);
  }
  problem = "";
  seek(seconds);
  if (plays) play();
  draw();
}

function seek(seconds: number): void {
  from = seconds;
  if (audio.readyState > 0) audio.currentTime = seconds;
  draw();
}

// Before the browser asked for it, it would play what it was not asked for.
const play = () => void audio.play().catch(draw);
const toggle = () => audio.paused ? play() : audio.pause();

/** The one that played is over, or another takes its place. */
function leave(): void {
  if (!track) return;
  remember();
  audio.pause();
  mark(track, undefined);
  track = undefined;
  audio.removeAttribute("src");
}

function forget(): void {
  leave();
  keepPlaying();
  draw();
}

const toComposer = () =>
  document.querySelector<HTMLElement>("#write textarea")!.focus();

function close(): void {
  forget();
  toComposer();
}

function remember(): void {
  if (!track) return;
  // Until it is there, it is still where it was to begin.
  const at = audio.readyState > 0 ? audio.currentTime : from;
  keepPosition(track.id, at, audio.ended);
  keepPlaying(me(), track, audio.paused);
}

/** Shows in the message how far it is; nothing: it does not play. */
function mark({ id, ms }: Track, seconds: number | undefined): void {
  const row = rowOf(id);
  const wave = row?.querySelector<SVGElement>(".wave");
  if (!wave) return;
  const path = wave.querySelector(".played") ?? wave.firstElementChild!
    .cloneNode() as Element;
  path.classList.add("played");
  wave.append(path);
  const part = seconds === undefined ? 0 : 100_000 * seconds / (ms || 1);
  wave.style.setProperty("--played", `${Math.min(100, part)}%`);
  const button = row!.querySelector(".voice button")!;
  const plays = seconds !== undefined && !audio.paused;
  button.setAttribute("aria-pressed", String(plays));
  button.classList.toggle("icon-pause", plays);
}

/** The words of what plays, where its message is in this page. */
function spoken(): Spoken | undefined {
  const row = track && rowOf(track.id);
  return row ? spokenIn(row, track!) : undefined;
}

const now = () => audio.readyState > 0 ? audio.currentTime : from;

const wordNow = (words: Spoken["words"]) =>
  words.findLast(({ at }) => at <= now() * 1_000 + 20);

function draw(): void {
  if (track) mark(track, now());
  const text = spoken();
  const word = text && wordNow(text.words);
  highlight(word && !audio.ended ? text.rangeOf(word) : undefined);
  render(track ? bar(track, text) : null, place);
}

function bar({ name, ms }: Track, text?: Spoken) {
  const seconds = now();
  const words = text?.words ?? [];
  /** From word to word, where the words are known. */
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || words.length === 0) return;
    event.preventDefault();
    const word = wordNow(words);
    const next = words[(word ? words.indexOf(word) : -1) + step];
    if (next) seek(next.at / 1_000);
  };
  return (
    <div class="mode player" role="group" aria-label="Voice note">
      <button
        type="button"
        class={`button button-plain button-icon ${
          audio.paused ? "icon-play" : "icon-pause"
        }`}
        aria-label={audio.paused ? "Play" : "Pause"}
        onClick={toggle}
      />
      <b class="truncate">
        <bdi>{name}</bdi>
      </b>
      <input
        type="range"
        min={0}
        max={ms / 1_000}
        step={0.01}
        value={seconds}
        aria-label="Position"
        aria-valuetext={clockText(seconds * 1_000)}
        onInput={(event) => seek(event.currentTarget.valueAsNumber)}
        onKeyDown={onKeyDown}
      />
      <span class="soft small">
        {clockText(seconds * 1_000)} / {clockText(ms)}
      </span>
      <button
        type="button"
        class="button button-plain"
        aria-label={`Speed: ${audio.playbackRate}`}
        onClick={() => {
          const rate = RATES[
            (RATES.indexOf(audio.playbackRate) + 1) % RATES.length
          ];
          audio.playbackRate = audio.defaultPlaybackRate = rate;
          keepRate(rate);
        }}
      >
        {audio.playbackRate}×
      </button>
      <button type="button" class="button button-plain" onClick={close}>
        Close
      </button>
      {problem && <p role="alert">{problem}</p>}
    </div>
  );
}

let frame = 0;
/** As long as it plays, each frame shows where it is. */
function follow(): void {
  cancelAnimationFrame(frame);
  draw();
  if (!audio.paused) frame = requestAnimationFrame(follow);
}

audio.onloadedmetadata = () => {
  if (from > 0) audio.currentTime = from;
  draw();
};
audio.onplay =
  audio.onpause =
  audio.onseeked =
  audio.onratechange =
    () => {
      remember();
      follow();
    };
audio.ontimeupdate = remember;
audio.onended = () => {
  from = 0;
  remember();
  follow();
};
audio.onerror = () => {
  if (!track) return;
  problem = "This voice note cannot be played now. Try again later.";
  draw();
};
addEventListener("pagehide", remember);

// What is deleted is heard no longer. A message that is not in this page says nothing of itself.
onLogChange(() => {
  const message = track && openedRoom()?.message(track.id);
  if (!message || message.voice) return;
  const hadFocus = place.contains(document.activeElement);
  forget();
  if (hadFocus) toComposer();
});
