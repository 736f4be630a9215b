import { LIVE } from "../access/table.ts";
import { ApiError } from "../http/errors.ts";
import { SAMPLE_RATE } from "../recognizers/recognizer.ts";

/** What a client may send: JSON, or mono 16 kHz signed 16-bit little-endian audio. */
export type Frame = { json: unknown } | { pcm: Int16Array };

/** Seconds of audio that may wait for the engine before the sender is too fast. */
const WAITING_SECONDS = 30;

/** JSON frames that may wait. */
const WAITING_JSON = 4;

const badFrame = (message: string) =>
  new ApiError({ code: "bad-frame", status: 400, message });

/** The bounded queue between a socket, which does not wait, and the one loop that answers it. */
export class Inbox {
  #frames: Frame[] = [];
  #samples = 0;
  #failure: ApiError | null = null;
  #closed = false;
  #wake = () => {};

  /**
   * Takes a message of the socket; what is wrong with it comes out of `next`, in its turn. One that
   * is too large ends the conversation at once.
   */
  push(data: unknown): void {
    if (this.#failure || this.#closed) return;
    if (data instanceof ArrayBuffer && data.byteLength > LIVE.frames.audio) {
      return this.fail(
        new ApiError({
          code: "frame-too-large",
          status: 413,
          message: "Send audio in frames of at most 65,536 bytes.",
        }),
      );
    }
    try {
      const frame = parse(data);
      if ("pcm" in frame) this.#samples += frame.pcm.length;
      this.#frames.push(frame);
      this.#assertBounded();
    } catch (error) {
      this.#failure = error instanceof ApiError
        ? error
        : badFrame("This frame is not valid JSON.");
    }
    this.#wake();
  }

  /** The socket has closed: nobody reads answers any more. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Ends the conversation from the server's side, ahead of what still waits. */
  fail(error: ApiError): void {
    this.#frames = [];
    this.#failure ??= error;
    this.#wake();
  }

  /**
   * The next frame in order, or null once the socket has closed.
   * @throws {ApiError} what was wrong with the frame; `timeout` when none came for `ms`
   */
  async next(ms: number, timeout: ApiError): Promise<Frame | null> {
    if (!this.#ready()) await this.#wait(ms);
    if (this.#closed) return null;
    const frame = this.#frames.shift();
    if (frame) {
      if ("pcm" in frame) this.#samples -= frame.pcm.length;
      return frame;
    }
    throw this.#failure ?? timeout;
  }

  #ready(): boolean {
    return this.#closed || this.#failure !== null || this.#frames.length > 0;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #assertBounded(): void {
    const json = this.#frames.filter((frame) => "json" in frame).length;
    if (this.#samples > WAITING_SECONDS * SAMPLE_RATE || json > WAITING_JSON) {
      this.#frames = [];
      throw new ApiError({
        code: "too-fast",
        status: 429,
        message:
          "Audio arrives faster than it can be understood. Record it and send it as one recording.",
      });
    }
  }
}

function parse(data: unknown): Frame {
  if (typeof data === "string") {
    if (data.length > LIVE.frames.json) {
      throw badFrame("This frame is too long.");
    }
    return { json: JSON.parse(data) };
  }
  if (!(data instanceof ArrayBuffer)) throw badFrame("Unknown kind of frame.");
  if (data.byteLength % 2 !== 0) {
    throw badFrame("Audio frames are whole 16-bit samples.");
  }
  return { pcm: new Int16Array(data) };
}
