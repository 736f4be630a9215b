import { failures } from "../http/middleware.ts";

/** Describes the socket in the OpenAPI document, as far as that can. */
export const liveDocumentation = {
  method: "get",
  path: "/transcribe/live",
  summary: "WebSocket: text while you speak",
  description:
    `Open it with your token as Authorization: Bearer. A browser sends the token as the second subprotocol: new WebSocket(url, ["transcriber", token]). To name a language, add ?language=; spoken and hints are those of /transcribe. Then send binary frames of 16 kHz mono signed 16-bit little-endian PCM, at most 65,536 bytes each, and {"type": "end"} when you are done. The server sends {"type": "partial", "text"}, which replaces the partial before it, {"type": "final", "text", "words", "until"}, and {"type": "error", "code", "message"}. The finals, joined with spaces, are the whole text. If the connection breaks, open another one and go on with the sound that comes after the seconds in the last until. Give both the same ?id= of your own making, 8 to 64 letters, digits, hyphens or underscores, and the first one ends at once with replaced. The socket closes with 1000 after the end, with 4000–4099 when it makes sense to try again later, and with 4400–4499 when it does not. It stays open for at most 5 minutes, and for 15 s without audio.`,
  responses: {
    101: { description: "The socket is open" },
    ...failures(400, 401, 403, 426, 429, 503),
  },
} as const;
