import type { Message, Voice } from "../../../realtime/protocol.ts";

/** Minutes and seconds, as clocks of players show them. */
export const clockText = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${
    String(Math.floor(ms / 1_000) % 60).padStart(2, "0")
  }`;

/** The height of the waveform's drawing; it is as wide as it has parts. */
const HIGH = 32;

/** Upright lines, each as high as its part is loud. */
const linesOf = (peaks: number[]): string =>
  peaks.map((peak, at) => {
    const high = Math.max(2, Math.round(peak * HIGH / 100));
    return `M${at + 0.5} ${(HIGH - high) / 2}v${high}`;
  }).join("");

/** How loud a recording is, from its beginning to its end. */
export function Waveform({ peaks = [] }: Pick<Voice, "peaks">) {
  return (
    <svg
      class="wave"
      viewBox={`0 0 ${peaks.length || 1} ${HIGH}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={linesOf(peaks)} />
    </svg>
  );
}

/**
 * The voice note of a message. What the button does is loaded when it is pressed; pages without
 * script have a player of the browser's.
 */
export function VoiceNote({ room, message, alive }: {
  room: string;
  message: Message;
  alive: boolean;
}) {
  const { id, sender, content } = message;
  const { peaks, ms, waiting } = message.voice!;
  return (
    <>
      {waiting && !content && <p class="text soft">Transcribing…</p>}
      <div class="voice">
        <button
          type="button"
          class="button button-icon icon-play live"
          disabled={!alive}
          aria-label={`Play ${sender.name}’s voice note`}
        />
        <Waveform peaks={peaks} />
        {ms !== undefined && <span class="soft small">{clockText(ms)}</span>}
        {!alive && (
          <audio
            controls
            preload="none"
            src={`/rooms/${room}/messages/${id}/voice`}
            aria-label={`${sender.name}’s voice note`}
          />
        )}
      </div>
    </>
  );
}
