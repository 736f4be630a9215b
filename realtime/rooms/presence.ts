import type { Sender } from "../protocol.ts";

interface Present {
  name: string;
  sockets: number;
}

/** People a presence frame lists at most. */
const LIST_LIMIT = 500;
/** Milliseconds after which another instance's list no longer counts. */
const EXPIRY = 25_000;

/** Who has one room open: on this instance, and as other instances last said. */
export class Presence {
  readonly #here = new Map<string, Present>();
  readonly #elsewhere = new Map<string, { people: Sender[]; until: number }>();

  /** True if the person was not there before. */
  enter({ id, name }: Sender): boolean {
    const present = this.#here.get(id);
    if (present) present.sockets += 1;
    else this.#here.set(id, { name, sockets: 1 });
    return !present;
  }

  /** True if that was the person's last socket. */
  leave(id: string): boolean {
    const present = this.#here.get(id);
    if (!present) return false;
    present.sockets -= 1;
    if (present.sockets > 0) return false;
    this.#here.delete(id);
    return true;
  }

  here(): Sender[] {
    return [...this.#here].map(([id, { name }]) => ({ id, name }));
  }

  /** Takes another instance's list; true if it differs from its last. */
  hear(instance: string, people: Sender[], now = Date.now()): boolean {
    const before = JSON.stringify(this.#elsewhere.get(instance)?.people ?? []);
    if (people.length === 0) this.#elsewhere.delete(instance);
    else this.#elsewhere.set(instance, { people, until: now + EXPIRY });
    return before !== JSON.stringify(people);
  }

  /** Forgets instances that have not spoken for long; true if there were any. */
  expire(now = Date.now()): boolean {
    const late = [...this.#elsewhere].filter(([, { until }]) => until < now);
    for (const [instance] of late) this.#elsewhere.delete(instance);
    return late.length > 0;
  }

  /** Everyone, once, sorted by id so that all instances say the same. */
  online(): Sender[] {
    const people = new Map<string, Sender>();
    for (const { people: list } of this.#elsewhere.values()) {
      for (const person of list) people.set(person.id, person);
    }
    for (const person of this.here()) people.set(person.id, person);
    return [...people.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, LIST_LIMIT);
  }
}
