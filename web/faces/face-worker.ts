/** The main thread's side of worker.ts: starts it, feeds it, gives up on it, ends it. */
import type { AppError } from "../errors.ts";
import { log } from "../log.ts";
import type { Description } from "./describe.ts";
import { FaceError } from "./face-error.ts";
import { failure } from "./failures.ts";
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

interface Job {
  request: WorkerRequest;
  resolve(description: Description): void;
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
  describe(request: WorkerRequest): Promise<Description> {
    if (this.#closed) return Promise.reject(failure("faces-unavailable"));
    const bytes = this.#waiting.reduce(
      (sum, { request: { jpeg } }) => sum + jpeg.length,
      request.jpeg.length,
    );
    const { queue, queueBytes } = this.#options;
    if (this.#waiting.length >= queue || bytes > queueBytes) {
      return Promise.reject(failure("busy"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Description>();
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
    if ("description" in answer) job?.resolve(answer.description);
    else job?.reject(new FaceError(answer.refusal));
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
