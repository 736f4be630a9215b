import type { Transcription } from "../recognizers/recognizer.ts";
import type { Asked } from "./fields.ts";
import { languageName } from "./languages.ts";
import {
  logOf,
  round,
  type Segment,
  segmentsOf,
  verboseSegment,
} from "./segments.ts";

/** What an answer is made of. */
export interface Answer {
  heard: Transcription;
  /** A BCP 47 tag. */
  language: string;
}

type How = Pick<
  Asked,
  "format" | "granularities" | "temperature" | "logprobs"
>;

/** The answer in the format that was asked for. */
export function formatted(answer: Answer, how: How): Response {
  const { heard } = answer;
  const text = (body: string, type = "text/plain") =>
    new Response(body, {
      headers: { "content-type": `${type}; charset=utf-8`, ...PRIVATE },
    });
  switch (how.format) {
    case "text":
      return text(`${heard.text}\n`);
    case "srt":
      return text(srt(segmentsOf(heard)));
    case "vtt":
      return text(vtt(segmentsOf(heard)), "text/vtt");
    case "verbose_json":
      return Response.json(verbose(answer, how), { headers: PRIVATE });
    case "json":
      return Response.json(
        {
          text: heard.text,
          ...(how.logprobs && { logprobs: logprobsOf(heard) }),
          usage: usageOf(heard.duration),
        },
        { headers: PRIVATE },
      );
  }
}

const PRIVATE = { "cache-control": "no-store" };

/** What OpenAI charges for: seconds begun. */
export const usageOf = (duration: number) => ({
  type: "duration",
  seconds: Math.ceil(duration),
});

/**
 * How sure the engine is of each word, as OpenAI says it of tokens: here a word is one, spelled as in
 * the text. A text that goes on from another begins with a space.
 */
export function logprobsOf(
  { text, words }: Pick<Transcription, "text" | "words">,
) {
  const pieces = text.split(/\s+/).filter((piece) => piece !== "");
  const known = pieces.length === words.length ? pieces : null;
  return words.map(({ word, confidence }, i) => {
    const space = i > 0 || text.startsWith(" ") ? " " : "";
    const token = space + (known?.[i] ?? word);
    return {
      token,
      bytes: [...new TextEncoder().encode(token)],
      logprob: logOf(confidence),
    };
  });
}

function verbose({ heard, language }: Answer, how: How) {
  const { text, words, duration } = heard;
  return {
    task: "transcribe",
    language: languageName(language),
    duration: round(duration),
    text,
    ...(how.granularities.includes("word") && {
      words: words.map(({ word, start, end }) => ({
        word,
        start: round(start),
        end: round(end),
      })),
    }),
    ...(how.granularities.includes("segment") && {
      segments: segmentsOf(heard).map((segment, id) =>
        verboseSegment(segment, id, how.temperature)
      ),
    }),
    usage: usageOf(duration),
  };
}

/** SubRip: a number, the times with a comma, and text without an empty line. */
export const srt = (segments: Segment[]): string =>
  segments.map(({ start, end, text }, i) =>
    `${i + 1}\n${time(start, ",")} --> ${time(end, ",")}\n${lined(text)}\n\n`
  ).join("");

/** WebVTT (W3C): the same with a head, a full stop in the times, and three characters escaped. */
export const vtt = (segments: Segment[]): string =>
  "WEBVTT\n\n" +
  segments.map(({ start, end, text }) =>
    `${time(start, ".")} --> ${time(end, ".")}\n${escaped(lined(text))}\n\n`
  ).join("");

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};
const escaped = (text: string) =>
  text.replace(/[&<>]/g, (character) => ENTITIES[character]);

/** A text in lines, none of which is empty: that would end a subtitle. */
const lined = (text: string) =>
  text.split(/[\r\n]/).map((line) => line.trim()).filter(Boolean).join("\n");

function time(seconds: number, mark: "," | "."): string {
  const ms = Math.round(seconds * 1000);
  const part = (size: number, most: number, width = 2) =>
    String(Math.floor(ms / size) % most).padStart(width, "0");
  const hours = String(Math.floor(ms / 3_600_000)).padStart(2, "0");
  return `${hours}:${part(60_000, 60)}:${part(1_000, 60)}${mark}${
    part(1, 1_000, 3)
  }`;
}
