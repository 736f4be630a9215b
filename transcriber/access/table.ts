/**
 * Everything that can be asked of this service, in one table: by whom, how much, and how often. What is
 * not in it is refused; a test compares it with the routes there are.
 */
import { AUDIO_LIMITS } from "../http/limits.ts";

export interface Row {
  /**
   * Known: a person, a program with a key, or web. Whose a recording is, the recordings know; what an
   * address that plays one may, its signature says.
   */
  who: "anyone" | "known" | "web";
  /** The most bytes of a body. */
  bytes: number;
  /** The same in JSON, where a recording may come in either. */
  jsonBytes?: number;
  /** Counted with the recordings of that person or program: DEFAULT_RATE of http/limits.ts. */
  isRecording?: boolean;
}

const KB = 1024;
const anyone: Row = { who: "anyone", bytes: 0 };
const known: Row = { who: "known", bytes: 0 };

/** By method and path. */
export const REQUESTS = {
  "POST /transcribe": {
    ...{ who: "known", isRecording: true, bytes: AUDIO_LIMITS.bytes },
    // Base64 takes four bytes for three, and there is some text beside it.
    jsonBytes: Math.ceil(AUDIO_LIMITS.inJson / 3) * 4 + 8 * KB,
  },
  "POST /v1/audio/transcriptions": {
    ...{ who: "known", isRecording: true },
    // And the other fields of its form: 64 of them, a prompt among them.
    bytes: AUDIO_LIMITS.bytes + 128 * KB,
  },
  "GET /v1/models": known,
  "GET /v1/models/:id": known,
  "GET /clips/:id": known,
  "DELETE /clips/:id": known,
  "GET /clips/:id/address": known,
  "GET /clips/:id/audio": anyone,
  "POST /sessions": { who: "web", bytes: 4 * KB },
  "POST /erasures/people": { who: "web", bytes: 512 * KB },
  "POST /erasures/clips": { who: "web", bytes: 512 * KB },
  "GET /languages": anyone,
  "GET /healthz": anyone,
  "GET /readyz": anyone,
  "GET /metrics": anyone,
  "GET /openapi.json": anyone,
  "GET /docs": anyone,
} as const satisfies Record<string, Row>;

/**
 * What is sent over the socket of `/transcribe/live`, by whom is known, and counted as a recording: its
 * upgrade comes before any route.
 */
export const LIVE = {
  frames: {
    /** Bytes of sound: two seconds. A microphone sends twentieths of one. */
    audio: 64 * KB,
    /** Characters of JSON: it says that it is the end, and no more. */
    json: KB,
  },
} as const;
