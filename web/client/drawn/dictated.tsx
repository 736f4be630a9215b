/** What is shown of a dictation, and done once it was heard. */
import type { Heard } from "../browser/live-transcript.ts";
import type { Transcribed } from "../browser/transcribe.ts";

/** Why no words appear while somebody speaks, and what becomes of them. */
export const LATER: Record<NonNullable<Heard["later"]>, string> = {
  busy:
    "Many people are dictating. Keep talking: your words appear after you press Stop.",
  lost:
    "The connection broke. Keep talking: your words appear after you press Stop.",
  language:
    "Keep talking: your words appear in the new language after you press Stop.",
};

/** What to look at before the words are sent. */
export function adviceOn({ cut, doubtful }: Transcribed): string {
  if (!cut) return "Please check the marked words.";
  return doubtful.length
    ? "The end of the recording was missing. Please check the marked words, too."
    : "The end of the recording was missing. Please check the text.";
}

/** The text, its doubtful words marked. */
export const marked = ({ text, doubtful }: Transcribed) =>
  text.split(/(\s+)/).map((word, at) =>
    doubtful.some((one) => one.toLowerCase() === word.toLowerCase())
      ? <mark key={at}>{word}</mark>
      : word
  );

/** Gives the recording to the person as a file. */
export function save(audio: Blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(audio);
  link.download = `dictation.${audio.type.split("/")[1]}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
