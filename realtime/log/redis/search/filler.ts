import type { Client } from "../client.ts";
import { listRooms } from "../upkeep.ts";
import { ROOMS } from "./engine.ts";
import type { RoomFiller } from "./room-filler.ts";

/** Milliseconds after something is written until it is put into the index, with what came since. */
const AFTER = 500;
/** Nothing was written for as many milliseconds: then there may be more work at a time. */
const QUIET = 250;
/** Entries in one step while messages come, and when it is quiet. */
const BUSY_STEP = 16;
const QUIET_STEP = 48;
/**
 * While messages come, and while they wait for the store: how many times as long as a step took,
 * until there is another one.
 */
const BUSY_SHARE = 3;
const PRESSED_SHARE = 39;
/** Rooms in a row that cannot be put into the index, until it is the index that fails. */
const FAILURES = 3;

/** Milliseconds between looks through all rooms, for what an instance that was killed left. */
const SWEEP_EVERY = 3_600_000;

/**
 * Puts what was written into the index a moment later, and what was there before it, some entries
 * at a time: nobody waits for it, and while it is behind, searches look through the rest.
 */
export class Filler {
  /** Rooms to look at, those that waited longest first. */
  readonly #due = new Set<string>();
  #rooms: RoomFiller | undefined;
  #timer: Timer | undefined;
  #sweeps: Timer | undefined;
  #sweeping: Promise<void> | undefined;
  #isRunning = false;
  #writtenAt = -Infinity;

  /**
   * @param isPressed whether messages wait for the store.
   * @param failed is told why it stopped; it goes on when it is begun again.
   */
  constructor(
    readonly client: Client,
    readonly isPressed: () => boolean,
    readonly failed: (error: unknown) => void,
  ) {}

  /** Whether something waits to be put into the index. */
  get isWorking(): boolean {
    return this.#isRunning || this.#sweeping !== undefined ||
      this.#rooms !== undefined && this.#due.size > 0;
  }

  /** Begins, or goes on, and looks at all rooms. */
  begin(rooms: RoomFiller): void {
    this.#rooms = rooms;
    this.#sweep();
    this.#sweeps ??= setInterval(() => this.#sweep(), SWEEP_EVERY);
    this.#sweeps.unref();
  }

  /** Something was written to a room. */
  written(roomId: string): void {
    this.#writtenAt = performance.now();
    this.found(roomId);
  }

  /** A room is behind. */
  found(roomId: string): void {
    if (!this.#rooms) return;
    this.#due.add(roomId);
    if (this.#isRunning || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, AFTER);
    this.#timer.unref();
  }

  /** Ends for now. */
  stop(): void {
    this.#rooms = undefined;
    this.#due.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.stop();
    clearInterval(this.#sweeps);
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let failures = 0;
    try {
      for (let rooms = this.#rooms; rooms; rooms = this.#rooms) {
        const [roomId] = this.#due;
        if (roomId === undefined) break;
        this.#due.delete(roomId);
        const started = performance.now();
        const isQuiet = started - this.#writtenAt >= QUIET;
        try {
          const size = isQuiet ? QUIET_STEP : BUSY_STEP;
          if (await rooms.step(roomId, size)) this.#due.add(roomId);
          failures = 0;
        } catch (error) {
          // It is looked at again when somebody writes to it or searches it, and with all others.
          failures += 1;
          if (failures >= FAILURES || this.#due.size === 0) throw error;
        }
        const took = performance.now() - started;
        const share = this.isPressed() ? PRESSED_SHARE : BUSY_SHARE;
        await Bun.sleep(isQuiet ? 0 : took * share);
      }
    } catch (error) {
      if (this.#rooms) this.failed(error);
    } finally {
      this.#isRunning = false;
    }
  }

  #sweep(): void {
    if (this.#sweeping || this.#due.size > 0) return;
    this.#sweeping = this.#lookAtAll().catch((error) => {
      if (this.#rooms) this.failed(error);
    }).finally(() => {
      this.#sweeping = undefined;
      void this.#run();
    });
  }

  async #lookAtAll(): Promise<void> {
    const rooms = new Set<string>();
    for await (const roomId of listRooms(this.client)) rooms.add(roomId);
    // Also those that are gone.
    let cursor = "0";
    do {
      const [next, found] = await this.client
        .hscan(ROOMS, cursor, "COUNT", 500);
      cursor = next;
      for (let i = 0; i < found.length; i += 2) rooms.add(found[i]!);
    } while (cursor !== "0");
    // Instances that begin together should not all begin with the same.
    for (const roomId of shuffled([...rooms])) this.#due.add(roomId);
  }
}

function shuffled(rooms: string[]): string[] {
  for (let i = rooms.length - 1; i > 0; i -= 1) {
    const other = Math.floor(Math.random() * (i + 1));
    [rooms[i], rooms[other]] = [rooms[other]!, rooms[i]!];
  }
  return rooms;
}
