/** Rooms and people of whom is remembered when something of theirs last changed. */
const MOST = 100_000;

/** What changes something of one room, which its first argument names. */
const OF_A_ROOM = new Set([
  "room",
  "putMembers",
  "updateMembers",
  "dropMember",
  "deleteSlice",
]);
/** What nobody sees who reads a room. */
const OF_NOBODY = new Set([
  "signOut",
  "noteAlert",
  "forgetAlerts",
  "forgetLeftovers",
]);

const room = (id: string): string => `room ${id}`;
const person = (id: string): string => `person ${id}`;

/**
 * Since when nothing changed of what somebody reads: whoever kept a page of it asks whether they can
 * use it again. It counts what was written to the one store of this process, and hears of each
 * write before whoever asked for it does.
 */
export class Changes {
  /** A number of another process stands for nothing here. */
  readonly #id = crypto.randomUUID();
  readonly #newest = new Map<string, number>();
  #now = 0;
  /** The newest change that may be of anything. */
  #ofAnything = 0;

  constructor(private readonly most = MOST) {}

  /** The moment of the newest change. */
  get moment(): string {
    return `${this.#id}.${this.#now}`;
  }

  /** Hears of a write that is on the disk. */
  written([operation, ...args]: [operation: string, ...args: unknown[]]): void {
    if (OF_NOBODY.has(operation)) return;
    this.#now += 1;
    if (operation === "append") {
      return this.#note(room((args[0] as { roomId: string }).roomId));
    }
    if (operation === "moveRead") return this.#note(person(String(args[1])));
    if (OF_A_ROOM.has(operation)) return this.#note(room(String(args[0])));
    this.#ofAnything = this.#now;
  }

  #note(name: string): void {
    this.#newest.delete(name);
    this.#newest.set(name, this.#now);
    if (this.#newest.size <= this.most) return;
    for (const [oldest, at] of this.#newest) {
      this.#newest.delete(oldest);
      this.#ofAnything = Math.max(this.#ofAnything, at);
      return;
    }
  }

  /** Whether nothing at all changed since a moment. */
  isNow(moment: string): boolean {
    return moment === this.moment;
  }

  /** Whether something changed since a moment of what somebody in these rooms reads. */
  since(moment: string, userId: string, roomIds: string[]): boolean {
    const [id, at] = moment.split(".");
    const then = Number(at);
    if (id !== this.#id || !(then >= this.#ofAnything)) return true;
    const isNewer = (name: string) => (this.#newest.get(name) ?? 0) > then;
    return isNewer(person(userId)) ||
      roomIds.some((roomId) => isNewer(room(roomId)));
  }
}
