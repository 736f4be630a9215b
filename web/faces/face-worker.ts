/** The main thread's side of worker.ts: starts it, feeds it, gives up on it, ends it. */
import type { AppError } from "../errors.ts";
import { log } from "../log.ts";
import type { Description } from "./describe.ts";
import { FaceError, type FaceErrorCode } from "./face-error.ts";
import { failure } from "./failures.ts";
import type { Purpose } from "./limits.ts";
import type { WorkerAnswer, WorkerRequest } from "./messages.ts";

export interface FaceWorkerOptions {
  /** The worker's module. */
  script: URL;
  /** Photos waiting at most; one more is answered "busy". */
  queue: number;
  /** Bytes of photos waiting at most. */
  queueBytes: number;
  /** Milliseconds a photo may take, loading the networks included. */
  timeout: number;
  /** Milliseconds without work after which the worker is ended to give its memory back. */
  idle: number;
}

/** What the worker says of a photo or a frame it could look at. */
type Seen = Extract<WorkerAnswer, { description: unknown } | { flaw: unknown }>;

interface Job {
  request: WorkerRequest;
  resolve(seen: Seen): void;
  reject(error: AppError): void;
}

const DEFAULTS: FaceWorkerOptions = {
  script: new URL("./worker.ts", import.meta.url),
  // One or two minutes of work. Each account has one photo in it at most.
  queue: 200,
  queueBytes: 64_000_000,
  timeout: 30_000,
  idle: 5 * 60_000,
};

/** Describes photos one after the other in a worker that exists only while it is needed. */
export class FaceWorker {
  readonly #options: FaceWorkerOptions;
  readonly #waiting: Job[] = [];
  #current: Job | null = null;
  #worker: Worker | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Until when no frame is looked at, since the worker failed on the last: ms since the epoch. */
  #noFramesUntil = 0;

  constructor(options: Partial<FaceWorkerOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Photos that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether the worker is running, and holding memory. */
  get running(): boolean {
    return this.#worker !== null;
  }

  /**
   * Describes a photo in its turn.
   * @throws FaceError when the photo cannot be used
   * @throws AppError 503 busy when too many wait, faces-unavailable when the worker fails
   */
  async describe(
    request: { jpeg: Uint8Array; purpose: Purpose },
  ): Promise<Description> {
    const seen = await this.#add(request);
    return (seen as Extract<Seen, { description: unknown }>).description;
  }

  /**
   * What a photo would be refused for that is taken as this frame is; null: nothing that is seen on it.
   * Undefined: it was not looked at, because photos come first, another frame is, or the worker failed
   * a while ago. Nobody waits for a frame.
   * @throws FaceError when it is no frame
   */
  async flawOf(frame: Uint8Array): Promise<FaceErrorCode | null | undefined> {
    if (this.#current || Date.now() < this.#noFramesUntil) return undefined;
    try {
      const seen = await this.#add({ jpeg: frame, purpose: "frame" });
      return (seen as Extract<Seen, { flaw: unknown }>).flaw;
    } catch (error) {
      if (error instanceof FaceError) throw error;
      this.#noFramesUntil = Date.now() + this.#options.idle;
      return undefined;
    }
  }

  #add(request: WorkerRequest): Promise<Seen> {
    if (this.#closed) return Promise.reject(failure("faces-unavailable"));
    const bytes = this.#waiting.reduce(
      (sum, { request: { jpeg } }) => sum + jpeg.length,
      request.jpeg.length,
    );
    const { queue, queueBytes } = this.#options;
    if (this.#waiting.length >= queue || bytes > queueBytes) {
      return Promise.reject(failure("busy"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Seen>();
    this.#waiting.push({ request, resolve, reject });
    if (!this.#current) this.#next();
    return promise;
  }

  /** Ends the worker for good; what waits fails with faces-unavailable. */
  close() {
    this.#closed = true;
    const jobs = [this.#current, ...this.#waiting.splice(0)];
    this.#current = null;
    this.#end();
    for (const job of jobs) job?.reject(failure("faces-unavailable"));
  }

  #next() {
    clearTimeout(this.#timer);
    this.#current = this.#waiting.shift() ?? null;
    if (!this.#current) {
      this.#timer = setTimeout(() => this.#end(), this.#options.idle);
      Deno.unrefTimer(this.#timer);
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.postMessage(this.#current.request);
    this.#timer = setTimeout(
      () => this.#fail("took too long"),
      this.#options.timeout,
    );
  }

  #start(): Worker {
    const worker = new Worker(this.#options.script, { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#answered(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      // A worker that was ended may still report; it is nobody's business then.
      if (worker === this.#worker) this.#fail(event.message);
    });
    return worker;
  }

  #answered(answer: WorkerAnswer) {
    if ("failure" in answer) return this.#fail(answer.failure);
    const job = this.#current;
    if ("refusal" in answer) job?.reject(new FaceError(answer.refusal));
    else job?.resolve(answer);
    this.#next();
  }

  /** Fails the photo in work and starts the next, if any, in a new worker. */
  #fail(reason: string) {
    this.#end();
    this.#current?.reject(failure("faces-unavailable"));
    this.#next();
    log("error", "face-worker-failed", { reason });
  }

  #end() {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
  }
}
