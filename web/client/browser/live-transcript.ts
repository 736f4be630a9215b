/** The words of someone who is still speaking, by `/transcribe/live` of the transcriber. */
import type { LiveFrame } from "../../../transcriber/live/live.ts";
import type { Token } from "./token.ts";
import { doubtfulOf } from "./transcribe.ts";

/** Where an address without a host leads from. */
const page = () => globalThis.location?.href;

/** Bytes of a second of sound. */
const SECOND = 16_000 * 2;
/** The most sound the transcriber takes in one go: bytes of five minutes. */
const MOST = 300 * SECOND;
/** The most it takes at once of what it has not heard yet, and a little less: bytes. */
const AT_ONCE = 20 * SECOND;
/** Connections in a row that came to nothing, after which no other one is tried. */
const TRIES = 5;
/** The most that are tried again in one dictation. */
const MOST_TRIES = 30;

/** What was understood so far. */
export interface Heard {
  /** Sentences that will not change any more. */
  settled: string[];
  /** The words after them, as it seems now. */
  guess: string;
  /**
   * Why the recording must tell: too many people speak now, the connection broke and did not come
   * back, or what was settled was heard in another language.
   */
  later?: "busy" | "lost" | "language";
}

export const NOTHING: Heard = { settled: [], guess: "" };

export interface LiveTranscript {
  /** Settled words the recogniser is not sure of, so far. */
  doubtful: readonly string[];
  /** Takes the next piece of sound: 16 kHz mono signed 16-bit samples. */
  feed(samples: ArrayBuffer): void;
  /** Everything was in another language, what was fed already too: its tag, or nothing. */
  speak(language: string): void;
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
  /** The BCP 47 tag of what is spoken; empty: nobody said. */
  language?: string;
  /**
   * How long, after `finish`, the transcriber may say nothing: ms. Settling a long sentence
   * takes PocketSphinx seconds, and sending the recording instead would take longer.
   */
  patience?: number;
  /** Before it connects again, doubled each time: ms. */
  pause?: number;
}

/**
 * A transcript that grows with the sound fed to it. It connects with the first piece. It keeps the
 * sound whose words are not settled, and when a connection breaks, another one begins with that: no
 * word is lost, and none comes twice. It never throws: whatever goes wrong ends it, and `finish`
 * tells.
 */
export function liveTranscript(options: LiveTranscriptOptions): LiveTranscript {
  const { transcriberUrl, getToken, onHeard, signal } = options;
  const { patience = 15_000, pause = 250 } = options;
  const id = crypto.randomUUID();
  const doubtful: string[] = [];
  let { language = "" } = options;
  let settled: string[] = [];
  /** Sound from `from` on: bytes since the beginning. */
  let kept: ArrayBuffer[] = [];
  let from = 0;
  let bytes = 0;
  /** Where the sound of this connection begins. */
  let base = 0;
  let socket: WebSocket | undefined;
  /** What an earlier connection does counts no more. */
  let turn = 0;
  let failures = 0;
  let left = MOST_TRIES;
  let refused = false;
  let finishing = false;
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let resolve: (text: string) => void;
  const text = new Promise<string>((done) => resolve = done);

  function end(whole = "") {
    ended = true;
    kept = [];
    clearTimeout(timer);
    clearTimeout(retry);
    signal.removeEventListener("abort", abandon);
    socket?.close();
    resolve(whole);
  }
  const abandon = () => end();

  /** The recording must tell. */
  function giveUp(later: Heard["later"] = "lost") {
    end();
    if (!finishing) onHeard({ ...NOTHING, later });
  }

  function wait() {
    clearTimeout(timer);
    if (finishing) timer = setTimeout(end, patience);
  }

  const isOpen = () => socket?.readyState === WebSocket.OPEN;
  const sayEnd = () => socket!.send(JSON.stringify({ type: "end" }));

  async function connect() {
    const mine = ++turn;
    socket?.close();
    socket = undefined;
    // More would be refused as too fast.
    if (bytes - from > AT_ONCE) return giveUp();
    const isMine = () => !ended && mine === turn;
    try {
      const { token } = await getToken();
      if (!isMine()) return;
      const url = new URL(`${transcriberUrl}/transcribe/live`, page());
      url.protocol = url.protocol.replace("http", "ws");
      url.searchParams.set("id", id);
      if (language) url.searchParams.set("language", language);
      socket = new WebSocket(url, ["transcriber", token]);
      socket.onopen = () => {
        if (!isMine()) return;
        base = from;
        kept.forEach((piece) => socket!.send(piece));
        if (finishing) sayEnd();
      };
      socket.onmessage = ({ data }) => isMine() && receive(JSON.parse(data));
      socket.onclose = ({ code }) => isMine() && closed(code);
    } catch (error) {
      // Signed out: sending the recording tells. Else web is down, or the socket forbidden.
      if (!isMine()) return;
      if ((error as { final?: boolean }).final) end();
      else again();
    }
  }

  function closed(code: number) {
    // Only 1000 says that everything was understood.
    if (code === 1000) end(settled.join(" "));
    else if (refused || code >= 4400) end();
    else again();
  }

  function again() {
    if (++failures > TRIES || --left < 0) return giveUp();
    retry = setTimeout(connect, pause * 2 ** (failures - 1));
  }

  /** Forgets the sound up to a second of this connection: its words are known. */
  function settle(seconds: number) {
    const until = Math.min(bytes, base + Math.round(seconds * SECOND / 2) * 2);
    while (kept.length && from + kept[0].byteLength <= until) {
      from += kept.shift()!.byteLength;
    }
    if (kept.length && from < until) {
      kept[0] = kept[0].slice(until - from);
      from = until;
    }
  }

  function receive(frame: LiveFrame) {
    if (frame.type === "error") {
      // A server that restarts is there again in a moment.
      refused = frame.code !== "restart";
      if (frame.code === "recognizer-busy") {
        onHeard({ ...NOTHING, later: "busy" });
      }
      return;
    }
    failures = 0;
    wait();
    const guess = frame.type === "partial" ? frame.text : "";
    if (frame.type === "final") {
      settle(frame.until);
      if (frame.text) settled.push(frame.text);
      doubtful.push(...doubtfulOf(frame.words));
    }
    onHeard({ settled: [...settled], guess });
  }

  signal.addEventListener("abort", abandon);
  return {
    doubtful,
    feed(samples) {
      if (ended || bytes + samples.byteLength > MOST) return;
      if (!bytes) connect();
      bytes += samples.byteLength;
      kept.push(samples);
      if (isOpen()) socket!.send(samples);
    },
    speak(other) {
      if (ended || other === language) return;
      language = other;
      // What is settled was heard in another language, and its sound is gone.
      if (from > 0) return giveUp("language");
      settled = [];
      doubtful.length = 0;
      onHeard(NOTHING);
      if (bytes) connect();
    },
    finish() {
      finishing = true;
      if (!bytes) end();
      else if (isOpen()) sayEnd();
      if (!ended) wait();
      return text;
    },
  };
}
