import type { ApiError } from "../../http/errors.ts";
import { wavOf } from "../../audio/wav.ts";
import { SAMPLE_RATE, type Transcription } from "../recognizer.ts";
import { readAnswer } from "./answers.ts";
import { exhausted, refused, serverDown, serverSlow } from "./errors.ts";

export interface ApiServer {
  /** The address of the server, with or without `/v1`, or of its transcriptions. */
  url: string;
  key?: string;
  model: string;
}

export interface Patience {
  /** Milliseconds a recording may take, all attempts together, besides twice its own length. */
  timeoutMs: number;
  /** Times a recording is sent before it is given up. */
  attempts: number;
  /** Milliseconds before the second attempt; doubled each time. */
  backoffMs: number;
}

export interface Question {
  pcm: Int16Array;
  /** ISO 639-1; without it the server tells by itself. */
  language?: string;
  prompt?: string;
  signal: AbortSignal;
}

/** How much is asked for: not every server knows times of words, or of anything. */
const FORMATS: [string, string][][] = [
  [
    ["response_format", "verbose_json"],
    ["timestamp_granularities[]", "word"],
    ["timestamp_granularities[]", "segment"],
  ],
  [["response_format", "verbose_json"]],
  [["response_format", "json"]],
];

/** Bytes of an answer; the words of five minutes take a hundredth of it. */
const ANSWER_BYTES = 4 * 1024 * 1024;

/** Sends recordings to one server, and remembers which path and format it knows. */
export class Requests {
  #server: ApiServer;
  #patience: Patience;
  #paths: string[];
  #formats = [...FORMATS];

  constructor(server: ApiServer, patience: Patience) {
    this.#server = server;
    this.#patience = patience;
    this.#paths = pathsOf(server.url);
  }

  /**
   * The words of a recording, which is sent again while that may help.
   * @throws {ApiError} 503 `speech-down`, `speech-refused`, `speech-quota`; 504 `speech-timeout`;
   * the reason of the signal
   */
  async ask(question: Question): Promise<Transcription> {
    const { signal } = question;
    const late = AbortSignal.timeout(millisecondsFor(question, this.#patience));
    const both = AbortSignal.any([signal, late]);
    try {
      return await this.#persist(question, both);
    } catch (error) {
      signal.throwIfAborted();
      throw late.aborted ? serverSlow(error) : error;
    }
  }

  async #persist(
    question: Question,
    signal: AbortSignal,
  ): Promise<Transcription> {
    const { attempts, backoffMs } = this.#patience;
    const began = performance.now();
    const left = () =>
      millisecondsFor(question, this.#patience) - performance.now() + began;
    for (let attempt = 1;; attempt++) {
      const outcome = await this.#try(question, signal);
      if ("heard" in outcome) return outcome.heard;
      if (attempt >= attempts || outcome.wait === null) throw outcome.error;
      const wait = outcome.wait || backoffMs * 2 ** (attempt - 1);
      // Nobody is kept waiting for an answer that cannot come in time.
      if (wait > left()) throw outcome.error;
      await pause(wait * (0.75 + Math.random() / 2), signal);
    }
  }

  /** One attempt: at each path until one is there, in each format until one is known. */
  async #try(question: Question, signal: AbortSignal): Promise<Outcome> {
    let outcome = await this.#at(this.#paths[0], question, signal);
    for (const path of this.#paths.slice(1)) {
      if (!("status" in outcome) || !isElsewhere(outcome)) break;
      const other = await this.#at(path, question, signal);
      // What the first path says of itself tells more than that there is no other.
      outcome = isElsewhere(other) ? outcome : other;
    }
    return outcome;
  }

  async #at(
    path: string,
    question: Question,
    signal: AbortSignal,
  ): Promise<Outcome> {
    let outcome: Outcome | undefined;
    for (const format of [...this.#formats]) {
      outcome = await this.#once(path, format, question, signal);
      if ("heard" in outcome) this.#remember(path, format);
      if (!("status" in outcome) || !WRONG_FORM.includes(outcome.status)) break;
    }
    return outcome!;
  }

  #remember(path: string, format: [string, string][]): void {
    this.#paths = [path];
    this.#formats = [format];
  }

  async #once(
    path: string,
    format: [string, string][],
    question: Question,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const headers = new Headers({ accept: "application/json" });
    if (this.#server.key) {
      headers.set("authorization", `Bearer ${this.#server.key}`);
    }
    let answer: Response;
    let body: string;
    try {
      answer = await fetch(path, {
        method: "POST",
        headers,
        body: formOf(this.#server.model, format, question),
        redirect: "manual", // neither the key nor the recording goes elsewhere
        signal,
      });
      body = await readBody(answer);
    } catch (error) {
      signal.throwIfAborted();
      return {
        error: serverDown(
          "The server at TRANSCRIBE_API_URL cannot be reached.",
          error,
        ),
        wait: 0,
        status: 503,
      };
    }
    return outcomeOf(answer, body, question.pcm.length / SAMPLE_RATE);
  }
}

type Outcome =
  | { heard: Transcription }
  /**
   * `wait`: milliseconds before trying again; 0 for what is usual, null for never. `code`: the server's
   * own.
   */
  | { error: ApiError; wait: number | null; status: number; code?: string };

/** Statuses that may mean: not in this form; and: not at this address. */
const WRONG_FORM = [400, 415, 422, 501];
const NOT_HERE = [404, 405];
/** Statuses that trying again may change. */
const PASSING = [408, 409, 425, 429, 500, 502, 503, 504, 529];

/** Whether another path may be the right one: a server that knows no such model has been found. */
const isElsewhere = (outcome: Outcome) =>
  "status" in outcome && NOT_HERE.includes(outcome.status) &&
  outcome.code !== "model_not_found";

/** The time a recording has, all attempts together. */
const millisecondsFor = ({ pcm }: Question, { timeoutMs }: Patience) =>
  timeoutMs + 2_000 * pcm.length / SAMPLE_RATE;

function outcomeOf(
  { status, ok, headers }: Response,
  body: string,
  duration: number,
): Outcome {
  if (ok) {
    const heard = readAnswer(body, duration);
    if (heard) return { heard };
    const error = serverDown(
      "The server at TRANSCRIBE_API_URL answered with something other than a transcription. Check the address.",
    );
    return { error, wait: 0, status: 404 };
  }
  if (!PASSING.includes(status)) {
    const code = codeIn(body);
    return { error: refused({ status, code }), wait: null, status, code };
  }
  const seconds = Number(headers.get("retry-after") ?? 0) || 0;
  const error = exhausted(status, seconds);
  return { error, wait: Math.max(0, seconds) * 1_000, status };
}

/** The code of a failure, where it is one word: a sentence may quote what was said. */
function codeIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body);
    const code = String(error?.code ?? error?.type ?? "");
    return /^[\w-]{1,60}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where a server may take recordings: an address may lack the version, whether or not it has a folder
 * before it, and whisper.cpp's server has a path of its own.
 */
export function pathsOf(address: string): string[] {
  const url = address.replace(/\/+$/, "");
  if (/\/(transcriptions|inference)$/.test(url)) return [url];
  const { origin } = new URL(url);
  const paths = /\/v\d+$/.test(url)
    ? [`${url}/audio/transcriptions`]
    : [`${url}/v1/audio/transcriptions`, `${url}/audio/transcriptions`];
  return [...new Set([...paths, `${url}/inference`, `${origin}/inference`])];
}

function formOf(
  model: string,
  format: [string, string][],
  { pcm, language, prompt }: Question,
): FormData {
  const form = new FormData();
  const wav = new Blob([wavOf(pcm)], { type: "audio/wav" });
  form.append("file", wav, "recording.wav");
  form.append("model", model);
  if (language) form.append("language", language);
  if (prompt) form.append("prompt", prompt);
  form.append("temperature", "0");
  for (const [name, value] of format) form.append(name, value);
  return form;
}

async function readBody({ body }: Response): Promise<string> {
  let text = "";
  if (!body) return text;
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.length > ANSWER_BYTES) throw new Error("an answer without end");
  }
  return text;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
