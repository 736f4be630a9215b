import type { Word } from "../recognizers/recognizer.ts";
import { Script } from "./scripted.ts";
import { pcmOf } from "./speech.ts";

/** What a stand-in was sent, each time. */
export interface Sent {
  path: string;
  key: string | null;
  fields: Record<string, string[]>;
  pcm: Int16Array;
}

export interface TranscriptionServer extends AsyncDisposable {
  url: string;
  sent: Sent[];
}

export type Behaviour = (
  sent: Sent,
  heard: { text: string; words: Word[] },
  request: Request,
) => Response | Promise<Response>;

/** Starts a stand-in that hears a script and answers as it is told to. */
export async function startTranscriptionServer(
  behaviour: Behaviour,
  ...sentences: string[]
): Promise<TranscriptionServer> {
  const script = await Script.of(...sentences);
  const sent: Sent[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const form = await request.formData();
      const fields: Sent["fields"] = {};
      for (const name of new Set(form.keys())) {
        if (name !== "file") fields[name] = form.getAll(name).map(String);
      }
      const file = form.get("file") as File;
      const wav = new Uint8Array(await file.arrayBuffer());
      const one = {
        path: new URL(request.url).pathname,
        key: request.headers.get("authorization"),
        fields,
        pcm: pcmOf(wav),
      };
      sent.push(one);
      const words = script.hearAll(one.pcm).flatMap(({ words }) => words);
      const text = words.map(({ word }) => word).join(" ");
      return behaviour(one, { text, words }, request);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    sent,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const verbose = ({ fields }: Sent) =>
  fields.response_format?.[0] === "verbose_json";
const notFound = ({ path }: Sent) =>
  new Response(`File Not Found (${path})`, { status: 404 });

/**
 * Answers as each server does, by its sources and documentation: whisper.cpp examples/server
 * (2026), speaches routers/stt.py, LocalAI core/schema/transcription.go, vLLM's 0.7 and 0.22, Groq's
 * and OpenAI's references.
 */
export const SERVERS = {
  /** A path of its own, no key, words in pieces inside segments, and lines in its text. */
  "whisper.cpp": (sent, { text, words }) => {
    if (sent.path !== "/inference") return notFound(sent);
    if (!verbose(sent)) return Response.json({ text: ` ${text}\n` });
    const pieces = words.flatMap(({ word, start, end }) => [
      { word: ` ${word.slice(0, 2)}`, start, end, probability: 0.9, t_dtw: -1 },
      ...(word.length > 2
        ? [{ word: word.slice(2), start, end, probability: 0.9, t_dtw: -1 }]
        : []),
    ]);
    return Response.json({
      task: "transcribe",
      language: "english",
      duration: 1,
      text: ` ${text}\n`,
      detected_language_probability: 0.9,
      segments: [{
        id: 0,
        text: ` ${text}`,
        start: words[0]?.start ?? 0,
        end: words.at(-1)?.end ?? 0,
        tokens: [1],
        words: [{ word: "[_BEG_]" }, ...pieces],
        avg_logprob: -0.2,
        no_speech_prob: 0.01,
      }],
    });
  },
  /** FastAPI: words with a space before each, at the top. */
  speaches: (sent, { text, words }) => {
    if (sent.path !== "/v1/audio/transcriptions") {
      return Response.json({ detail: "Not Found" }, { status: 404 });
    }
    return Response.json(
      verbose(sent)
        ? {
          text,
          language: "en",
          duration: 1,
          words: words.map((word) => ({ ...word, word: ` ${word.word}` })),
          segments: null,
        }
        : { text },
    );
  },
  /** Nanoseconds, and no words unless they are called text. */
  LocalAI: (_sent, { text, words }) =>
    Response.json({
      text,
      segments: words.map(({ word, start, end }, id) => ({
        id,
        start: Math.round(start * 1e9),
        end: Math.round(end * 1e9),
        text: word,
        tokens: null,
      })),
    }),
  /** Refuses what it does not know, with a body of its own. */
  "vLLM 0.7": (sent, { text }) =>
    verbose(sent)
      ? Response.json({
        object: "error",
        message: "Currently do not support verbose_json for this model",
        type: "BadRequestError",
        param: null,
        code: 400,
      }, { status: 400 })
      : Response.json({ text }),
  /** Segments, numbers in strings, and no words. */
  "vLLM 0.22": (sent, { text, words }) =>
    Response.json({
      text,
      duration: "1.5",
      language: "en",
      segments: verbose(sent)
        ? [{
          id: 0,
          text,
          start: String(words[0]?.start ?? 0),
          end: String(words.at(-1)?.end ?? 0),
          avg_logprob: -0.1,
          no_speech_prob: null,
        }]
        : undefined,
    }),
  /** Wants a key, and a moment between two requests. */
  Groq: (() => {
    let asked = 0;
    return (sent, { text, words }) => {
      if (sent.path !== "/openai/v1/audio/transcriptions") {
        return Response.json({
          error: {
            message: "Unknown request URL",
            type: "invalid_request_error",
            code: "unknown_url",
          },
        }, { status: 404 });
      }
      if (sent.key !== "Bearer secret-of-the-server") {
        return Response.json({ error: { code: "invalid_api_key" } }, {
          status: 401,
        });
      }
      if (asked++ === 0) {
        return Response.json({ error: { code: "rate_limit_exceeded" } }, {
          status: 429,
          headers: { "retry-after": "0.01" },
        });
      }
      return Response.json({ text: ` ${text}`, words, x_groq: { id: "req" } });
    };
  })(),
  /** A model that has text alone. */
  "OpenAI gpt-4o-transcribe": (sent, { text }) =>
    verbose(sent)
      ? Response.json({
        error: {
          message: "response_format 'verbose_json' is not compatible",
          type: "invalid_request_error",
          param: "response_format",
          code: "unsupported_value",
        },
      }, { status: 400 })
      : Response.json({ text, usage: { type: "tokens", total_tokens: 9 } }),
  "OpenAI whisper-1": (sent, { text, words }) =>
    Response.json({
      task: "transcribe",
      language: "english",
      text: `${text}.`,
      words: sent.fields["timestamp_granularities[]"]?.includes("word")
        ? words.map(({ word, start, end }) => ({ word, start, end }))
        : undefined,
      segments: [{
        id: 0,
        start: 0,
        end: 60,
        text,
        avg_logprob: -0.3,
        no_speech_prob: 0.1,
      }],
    }),
} satisfies Record<string, Behaviour>;
