import type { protos } from "@google-cloud/speech";
import type { Heard } from "./scripted.ts";

type Result = protos.google.cloud.speech.v1.IStreamingRecognitionResult;

/** What a stream answers to the stretches of speech that are not settled yet. */
export function resultsOf(heard: Heard[]): Result[] {
  return heard.filter(({ words }) => words.length > 0)
    .map((stretch) => stretch.settled ? final(stretch) : guess(stretch));
}

const duration = (seconds: number) => ({
  seconds: Math.floor(seconds),
  nanos: Math.round((seconds % 1) * 1e9),
});

/** A settled result as the service gives it: punctuated, later ones after a space. */
export function final({ words, end }: Heard) {
  const written = words.map(({ word }, i) =>
    i === words.length - 1 ? `${word}.` : word
  ).map((word, i) => i === 0 ? word[0].toUpperCase() + word.slice(1) : word);
  const transcript = written.join(" ");
  return {
    alternatives: transcript === "" ? [] : [{
      transcript: ` ${transcript}`,
      confidence: 0.9,
      words: words.map(({ start, end, confidence }, i) => ({
        startTime: duration(start),
        endTime: duration(end),
        word: written[i],
        confidence,
      })),
    }],
    isFinal: true,
    resultEndTime: duration(end),
  };
}

const guess = ({ words }: Heard) => ({
  alternatives: [{ transcript: words.map(({ word }) => word).join(" ") }],
  isFinal: false,
  stability: 0.5,
});
