/** Rooms, and people, of whom is remembered when something of theirs last changed. */
const MOST = 50_000;

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

/**
 * Since when nothing changed of what somebody reads: whoever kept a page of it asks whether they can
 * use it again. It counts what was written to the one store of this process, and hears of each
 * write before whoever asked for it does.
 */
export class Changes {
  /** A number of another process stands for nothing here. */
  readonly #id = crypto.randomUUID();
  readonly #rooms = new Map<string, number>();
  readonly #people = new Map<string, number>();
  #now = 0;
  /** The newest change that may be of anything. */
  #ofAnything = 0;

  constructor(private readonly most = MOST) {}

  /** The moment of the newest change. */
  get moment(): string {
    return `${this.#id}.${this.#now}`;
  }

  /** Hears that entries of a room are on the disk: once for all of a transaction. */
  appended(roomId: string): void {
    this.#now += 1;
    this.#note(this.#rooms, roomId);
  }

  /** Hears of any other write that is on the disk. */
  written([operation, ...args]: [operation: string, ...args: unknown[]]): void {
    if (OF_NOBODY.has(operation)) return;
    this.#now += 1;
    if (operation === "moveRead") this.#note(this.#people, String(args[1]));
    else if (OF_A_ROOM.has(operation)) this.#note(this.#rooms, String(args[0]));
    else this.#ofAnything = this.#now;
  }

  /** Past the limit the half that changed longest ago is forgotten, and counts as changed then. */
  #note(newest: Map<string, number>, name: string): void {
    newest.set(name, this.#now);
    if (newest.size <= this.most) return;
    const oldestFirst = [...newest].sort(([, one], [, other]) => one - other);
    for (const [name, at] of oldestFirst.slice(0, newest.size >> 1)) {
      newest.delete(name);
      this.#ofAnything = Math.max(this.#ofAnything, at);
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
    const isNewer = (at = 0) => at > then;
    return isNewer(this.#people.get(userId)) ||
      roomIds.some((roomId) => isNewer(this.#rooms.get(roomId)));
  }
}
