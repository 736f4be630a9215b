import type { PublishQueue } from "../rooms/publish-queue.ts";

/** Frames waiting to be published past which new messages are refused. */
const BACKLOG_LIMIT = 20_000;

/**
 * Says when an instance has as much as it can keep its promises for: new connections are
 * refused first, then new messages, so that what was accepted still gets through.
 */
export class Shedding {
  #memory = 0;
  /** Set when the instance is about to go: what comes now would keep it from that. */
  draining = false;

  constructor(
    readonly publishQueue: Pick<PublishQueue, "waiting">,
    /** Bytes the process may have resident. */
    readonly memoryLimit: number,
  ) {}

  /** Takes the present use of memory; called every second. */
  observe(memory: number): void {
    this.#memory = memory;
  }

  get refusesConnections(): boolean {
    return this.#memory > this.memoryLimit || this.refusesMessages;
  }

  get refusesMessages(): boolean {
    return this.draining || this.publishQueue.waiting > BACKLOG_LIMIT;
  }
}
