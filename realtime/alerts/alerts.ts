import type { Person } from "../access/tokens.ts";
import type { RoomLog } from "../log/log.ts";
import { errorFields, type Logger } from "../operations/logger.ts";
import type { Nudge, NudgeAnswer } from "../protocol-http.ts";

/** Tells web that there is something to look at, with somebody's token. */
export type NudgeWeb = (token: string, nudge: Nudge) => Promise<NudgeAnswer>;

/** Milliseconds in which a room need not be noted again: far less than a note is held. */
const NOTED = 3_000;
/** Milliseconds until web is tried again after the first failure; twice as long after each more. */
const AGAIN = 1_000;
const LONGEST = 60_000;
/** However soon web wants to be called again. */
const LEAST = 50;
/** Rooms with alerts of late that are remembered, and reads told in one nudge. */
const RECENT = 1_000;
const READS = 100;

/**
 * What people may have to be told of. A room is noted in the store before such an entry is appended;
 * web, which decides, is nudged after, and is called again when it says so. Whatever ends in between
 * goes on from the notes.
 */
export class Alerts {
  readonly #noted = new Map<string, number>();
  readonly #recent = new Set<string>();
  #reads: Nudge["reads"] = [];
  /** The newest token there is: web is told with it that somebody did something. */
  #token: { token: string; expiresAt: number } | undefined;
  #underWay = false;
  #wanted = false;
  #failures = 0;
  #timer: Timer | undefined;
  #closed = false;

  constructor(
    readonly log: () => RoomLog,
    readonly nudge: NudgeWeb,
    readonly logger: Logger,
  ) {}

  /** Somebody is here. The first one of all has web look at what an earlier process left. */
  seen({ token, expiresAt }: Pick<Person, "token" | "expiresAt">): void {
    const isFirst = this.#token === undefined;
    if (expiresAt > (this.#token?.expiresAt ?? 0)) {
      this.#token = { token, expiresAt };
    }
    if (isFirst) this.#go();
  }

  /**
   * Must have resolved before the entry is appended.
   *
   * @throws {StoreError}
   */
  async expect(roomId: string): Promise<void> {
    const now = Date.now();
    if ((this.#noted.get(roomId) ?? 0) > now - NOTED) return;
    await this.log().noteAlert(roomId);
    // To the end, or those after a busy room would never be forgotten.
    this.#noted.delete(roomId);
    this.#noted.set(roomId, now);
    for (const [id, at] of this.#noted) {
      if (at > now - NOTED) break;
      this.#noted.delete(id);
    }
  }

  /** The entry is stored. */
  stored(person: Pick<Person, "token" | "expiresAt">, roomId: string): void {
    this.#recent.delete(roomId);
    this.#recent.add(roomId);
    for (const id of this.#recent) {
      if (this.#recent.size <= RECENT) break;
      this.#recent.delete(id);
    }
    this.seen(person);
    this.#go();
  }

  /** Somebody has read on: what was shown of it elsewhere may go. */
  read(roomId: string, userId: string): void {
    if (!this.#recent.has(roomId) || this.#reads.length >= READS) return;
    this.#reads.push([roomId, userId]);
    this.#go();
  }

  #go(): void {
    this.#wanted = true;
    if (this.#underWay || this.#closed) return;
    this.#underWay = true;
    clearTimeout(this.#timer);
    // What one turn of the event loop stores is one nudge.
    setImmediate(() => void this.#tell());
  }

  async #tell(): Promise<void> {
    this.#wanted = false;
    const token = this.#token?.token ?? "";
    const reads = this.#reads.splice(0);
    let wait: number | null;
    try {
      ({ again: wait } = await this.nudge(token, { reads }));
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#reads = [...reads, ...this.#reads].slice(0, READS);
      wait = Math.min(AGAIN * 2 ** (this.#failures - 1), LONGEST);
      if (this.#failures === 1) {
        this.logger("warn", "web-not-nudged", errorFields(error));
      }
    }
    this.#underWay = false;
    if (this.#closed) return;
    if (this.#wanted && this.#failures === 0) return this.#go();
    if (typeof wait !== "number") return;
    this.#timer = setTimeout(() => this.#go(), Math.max(wait, LEAST));
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
