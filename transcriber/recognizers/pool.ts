export interface PoolOptions<T> {
  create(): Promise<T>;
  destroy(item: T): void;
  /** How many items exist at most. */
  size: number;
  /** How many may wait for one. */
  maxWaiting: number;
  /** Milliseconds one waits at most. */
  maxWaitMs: number;
  /** Milliseconds after which items nobody used are destroyed. */
  idleMs: number;
  /** The error of a full queue or a wait that took too long. */
  busy(): Error;
}

export interface Lease<T> {
  readonly item: T;
  /** Gives the item back, or with `broken` has it destroyed. Only the first call counts. */
  release(broken?: boolean): void;
}

/** A bounded set of costly things, made when needed, lent to one at a time, first come first served. */
export class Pool<T> {
  #options: PoolOptions<T>;
  #free: number;
  #idle: T[] = [];
  #waiting: (() => void)[] = [];
  #timer?: ReturnType<typeof setTimeout>;
  #closed = false;

  constructor(options: PoolOptions<T>) {
    this.#options = options;
    this.#free = options.size;
  }

  /** How many wait for an item now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws `busy()`; the reason of `signal`, once aborted; whatever `create` throws */
  async acquire(signal: AbortSignal): Promise<Lease<T>> {
    signal.throwIfAborted();
    await this.#takeSlot(signal);
    try {
      return this.#lease(this.#idle.pop() ?? await this.#options.create());
    } catch (error) {
      this.#giveSlot();
      throw error;
    }
  }

  /** Destroys what is idle now, and what is lent as soon as it comes back. */
  close(): void {
    this.#closed = true;
    this.#dropIdle();
  }

  #lease(item: T): Lease<T> {
    let lent = true;
    return {
      item,
      release: (broken = false) => {
        if (!lent) return;
        lent = false;
        if (broken || this.#closed) this.#options.destroy(item);
        else this.#idle.push(item);
        this.#giveSlot();
        this.#scheduleDrop();
      },
    };
  }

  #takeSlot(signal: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#options.maxWaiting) {
      return Promise.reject(this.#options.busy());
    }
    return new Promise((resolve, reject) => {
      const stop = (error: unknown) => {
        this.#waiting = this.#waiting.filter((waiter) => waiter !== go);
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        reject(error);
      };
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => stop(signal.reason);
      const timer = setTimeout(
        () => stop(this.#options.busy()),
        this.#options.maxWaitMs,
      );
      signal.addEventListener("abort", abort);
      this.#waiting.push(go);
    });
  }

  #giveSlot(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  #scheduleDrop(): void {
    clearTimeout(this.#timer);
    if (this.#idle.length === 0) return;
    const timer = setTimeout(() => this.#dropIdle(), this.#options.idleMs);
    Deno.unrefTimer(timer); // idle memory is no reason to keep the process
    this.#timer = timer;
  }

  #dropIdle(): void {
    clearTimeout(this.#timer);
    for (const item of this.#idle.splice(0)) this.#options.destroy(item);
  }
}
