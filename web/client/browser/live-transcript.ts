/** The words of someone who is still speaking, by `/transcribe/live` of the transcriber. */
import type { LiveFrame } from "../../../transcriber/live.ts";
import type { Token } from "./token.ts";
import { doubtfulOf } from "./transcribe.ts";

/** Where an address without a host leads from. */
const page = () => globalThis.location?.href;

/** The most sound the transcriber takes in one go: bytes of five minutes. */
const MOST = 300 * 16_000 * 2;

/** What was understood so far. */
export interface Heard {
  /** Sentences that will not change any more. */
  settled: string[];
  /** The words after them, as it seems now. */
  guess: string;
  /** Too many people speak now: the recording must tell. */
  busy?: boolean;
}

export const NOTHING: Heard = { settled: [], guess: "" };

export interface LiveTranscript {
  /** Settled words the recogniser is not sure of, so far. */
  doubtful: readonly string[];
  /** Takes the next piece of sound: 16 kHz mono signed 16-bit samples. */
  feed(samples: ArrayBuffer): void;
  /**
   * All sound was fed. The whole text; empty when there was none, or when it cannot be had
   * or not be trusted: then the recording must tell.
   */
  finish(): Promise<string>;
}

export interface LiveTranscriptOptions {
  transcriberUrl: string;
  getToken(): Promise<Token>;
  onHeard(heard: Heard): void;
  /** Aborted when nobody wants the words any more. */
  signal: AbortSignal;
  /**
   * How long, after `finish`, the transcriber may say nothing: ms. Settling a long sentence
   * takes PocketSphinx seconds, and sending the recording instead would take longer.
   */
  patience?: number;
}

/**
 * A transcript that grows with the sound fed to it. It connects with the first piece. It never
 * throws: whatever goes wrong ends it, and `finish` tells.
 */
export function liveTranscript(options: LiveTranscriptOptions): LiveTranscript {
  const { transcriberUrl, getToken, onHeard, signal, patience = 15_000 } =
    options;
  const settled: string[] = [];
  const doubtful: string[] = [];
  // Until the socket is open; null once it is of no use.
  let waiting: (ArrayBuffer | string)[] | null = [];
  let socket: WebSocket | undefined;
  let bytes = 0;
  let finishing = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let resolve: (text: string) => void;
  const text = new Promise<string>((done) => resolve = done);

  function end(whole = "") {
    waiting = null;
    clearTimeout(timer);
    signal.removeEventListener("abort", abandon);
    socket?.close();
    resolve(whole);
  }
  const abandon = () => end();

  function wait() {
    clearTimeout(timer);
    if (finishing) timer = setTimeout(end, patience);
  }

  function send(data: ArrayBuffer | string) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(data);
    else waiting?.push(data);
  }

  async function connect() {
    try {
      const { token } = await getToken();
      if (!waiting) return;
      const url = new URL(`${transcriberUrl}/transcribe/live`, page());
      url.protocol = url.protocol.replace("http", "ws");
      socket = new WebSocket(url, ["transcriber", token]);
      socket.onopen = () => waiting?.splice(0).forEach(send);
      socket.onmessage = ({ data }) => receive(JSON.parse(data));
      // Only 1000 says that everything was understood.
      socket.onclose = ({ code }) =>
        end(code === 1000 ? settled.join(" ") : "");
    } catch {
      // Signed out, web is down or the socket forbidden: sending the recording tells why.
      end();
    }
  }

  function receive(frame: LiveFrame) {
    if (!waiting) return;
    if (frame.type === "error") {
      if (frame.code === "recognizer-busy") onHeard({ ...NOTHING, busy: true });
      return;
    }
    wait();
    const guess = frame.type === "partial" ? frame.text : "";
    if (frame.type === "final" && frame.text) {
      settled.push(frame.text);
      doubtful.push(...doubtfulOf(frame.words));
    }
    onHeard({ settled: [...settled], guess });
  }

  signal.addEventListener("abort", abandon);
  return {
    doubtful,
    feed(samples) {
      if (!waiting || bytes + samples.byteLength > MOST) return;
      if (!bytes) connect();
      bytes += samples.byteLength;
      send(samples);
    },
    finish() {
      if (bytes) send(JSON.stringify({ type: "end" }));
      else end();
      finishing = true;
      if (waiting) wait();
      return text;
    },
  };
}
