import { ApiError } from "../../http/errors.ts";
import type { Logger } from "../../../realtime/common/log-line.ts";
import { recognizerOff, type Update } from "../recognizer.ts";
import { type FromChild, messages, type ToChild } from "./protocol.ts";

export interface ChildOptions {
  /** Program and arguments of the child, asked for each time it is started. */
  command(): string[];
  log: Logger;
  /** Milliseconds before a child that ended is started again; doubled each time. */
  backoffMs: number;
  maxBackoffMs: number;
  /** Milliseconds a child has to load its model, and to answer. */
  patienceMs: number;
}

interface Listener {
  update(update: Update): void;
  done(): void;
  fail(error: Error): void;
}

const stopped = () =>
  new ApiError({
    code: "recognizer-stopped",
    status: 503,
    message:
      "Speech recognition stopped for a moment. Your recording is not lost: try again.",
    retryAfter: 5,
    operator: "The child that holds the sherpa-onnx model ended; see its line.",
  });

/** Keeps one child running: starts it, starts it again when it ends, and passes messages. */
export class SherpaProcess {
  #options: ChildOptions;
  #child: Deno.ChildProcess | null = null;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #listeners = new Map<number, Listener>();
  #ready = Promise.withResolvers<void>();
  #problem: string | null = "The model is still loading.";
  #failures = 0;
  #loadedOnce = false;
  #restart?: ReturnType<typeof setTimeout>;
  #ended: Promise<void> = Promise.resolve();
  #closed = false;
  #nextId = 1;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => {}); // told to those who wait for it, if any do
    this.#start();
  }

  /** Why nothing can be recognised now, or null. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * Resolves once the model is loaded.
   * @throws {ApiError} 503 `recognizer-off` or `recognizer-stopped` while there is no child
   */
  ready(): Promise<void> {
    if (this.#child) return this.#ready.promise;
    return Promise.reject(this.#loadedOnce ? stopped() : recognizerOff());
  }

  /** Opens a conversation. Its listener hears `fail` should the child end. */
  open(listener: Listener, language?: string): number {
    const id = this.#nextId++;
    this.#listeners.set(id, listener);
    this.send({ type: "open", id, language });
    return id;
  }

  close(id: number): void {
    if (this.#listeners.delete(id)) this.send({ type: "close", id });
  }

  send(message: ToChild): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
    // A pipe that breaks means that the child ended, which its listeners are told.
    this.#writer?.write(bytes).catch(() => {});
  }

  /** The child has done its work: what failed before does not count any more. */
  praise(): void {
    this.#failures = 0;
  }

  /** Ends the child for not answering; it is started again. */
  giveUp(): void {
    this.#options.log("error", "sherpa-hung");
    this.#kill();
  }

  async stop(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.#kill();
    await this.#ended;
  }

  #start(): void {
    const [command, ...args] = this.#options.command();
    try {
      this.#child = new Deno.Command(command, {
        args,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      this.#refuse(
        error instanceof Deno.errors.NotCapable
          ? "Deno was started without --allow-run, which sherpa-onnx needs."
          : "The program that runs sherpa-onnx cannot be started.",
      );
      return;
    }
    this.#writer = this.#child.stdin.getWriter();
    this.#ended = this.#watch(this.#child);
  }

  async #watch(child: Deno.ChildProcess): Promise<void> {
    const errors = lastLine(child.stderr);
    const late = setTimeout(() => this.#kill(), this.#options.patienceMs);
    try {
      for await (const message of messages<FromChild>(child.stdout)) {
        if (message.type === "ready") {
          clearTimeout(late);
          this.#problem = null;
          this.#loadedOnce = true;
          this.#ready.resolve();
          this.#options.log("info", "sherpa-ready");
        } else if (message.type === "update") {
          this.#listeners.get(message.id)?.update(message.update);
        } else this.#listeners.get(message.id)?.done();
      }
    } catch {
      this.#kill(); // it no longer makes sense; its end below says the rest
    }
    clearTimeout(late);
    const [{ code, signal }, said] = await Promise.all([child.status, errors]);
    this.#lose(signal ?? `code ${code}`, said);
  }

  #lose(how: string, said: string): void {
    const loaded = this.#problem === null;
    this.#child = null;
    this.#writer = null;
    for (const listener of this.#listeners.values()) listener.fail(stopped());
    this.#listeners.clear();
    if (this.#closed) return;
    const { backoffMs, maxBackoffMs, log } = this.#options;
    const wait = Math.min(maxBackoffMs, backoffMs * 2 ** this.#failures++);
    const reason = loaded
      ? `The recogniser sherpa-onnx ended with ${how}.`
      : said
      ? `The recogniser sherpa-onnx cannot load the model in SHERPA_MODEL_DIR: it ended with ${how} and said “${said}”.`
      : `The recogniser sherpa-onnx cannot load the model in SHERPA_MODEL_DIR: it ended with ${how}.`;
    this.#refuse(`${reason} It is started again ${wait} ms later.`);
    log("error", "sherpa-ended", { how, loaded, wait, said });
    this.#restart = setTimeout(() => this.#start(), wait);
  }

  #refuse(problem: string): void {
    this.#problem = problem;
    this.#ready.reject(recognizerOff());
    this.#ready = Promise.withResolvers();
    this.#ready.promise.catch(() => {}); // as above
  }

  #kill(): void {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has already ended.
    }
  }
}

/** The last line a child wrote to stderr: what a library says before it aborts. */
async function lastLine(
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  let tail = "";
  for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
    tail = (tail + text).slice(-2_000);
  }
  const lines = tail.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "")?.slice(-300) ?? "";
}
