import type { Database, Statement } from "bun:sqlite";
import { type Entry, type NewEntry, TOGETHER } from "../entry.ts";
import { readLine } from "../lines.ts";
import type { Fingerprints } from "./fingerprints.ts";

/** A row of entries: one, or messages of a room that were stored together. */
export interface Row {
  id: number;
  /** Of the first of them; the others follow. */
  offset: number;
  epoch: number;
  kind: Entry["kind"];
  /** The line of each, see `lineOf`. */
  body: string;
}

/** What a row is read with; `id` finds it again. */
export const COLUMNS = "id, offset, epoch, kind, body";

/** The entries of a row. */
export function entriesOf(row: Row): Entry[] {
  return row.body.split("\n").map((line, i) => entryOf(row, line, i));
}

/** One entry of a row, without reading the others; undefined if there are not that many. */
export function entryAt(row: Row, place: number): Entry | undefined {
  const line = row.body.split("\n")[place];
  return line === undefined ? undefined : entryOf(row, line, place);
}

const entryOf = (
  { epoch, offset, kind }: Row,
  line: string,
  place: number,
): Entry => (
  { epoch: String(epoch), offset: offset + place, ...readLine(kind, line) }
);

/** What is to be appended, its parts as the one line they are stored as. */
export interface NewLine extends Omit<NewEntry, "head" | "parts" | "attached"> {
  line: string;
}

/** What is to be stored at an offset of a room. */
export interface NewRow extends Pick<Entry, "epoch" | "offset" | "kind"> {
  line: string;
  room: number;
  fingerprint: number;
  amends: number | null;
  /** Milliseconds since the Unix epoch. */
  timestamp: number;
}

interface Group {
  first: NewRow;
  timestamp: number;
  lines: string[];
  fingerprints: number[];
}

/**
 * Writes rows. Messages of a room that come in one transaction share a row, as a row costs
 * several times what a message in it does; they are only in the table after {@link flush}.
 */
export class Rows {
  readonly #groups = new Map<number, Group>();
  /** The fingerprints of all that is not in the table yet. */
  readonly #waiting = new Set<number>();
  readonly #insert: Statement;

  constructor(db: Database, readonly fingerprints: Fingerprints) {
    this.#insert = db.query(
      `INSERT INTO entries (room, offset, count, epoch, fingerprints, amends,
       timestamp, kind, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** The ids of rows that may hold an entry with this fingerprint. */
  find(fingerprint: number): number[] {
    if (this.#waiting.has(fingerprint)) this.flush();
    return this.fingerprints.find(fingerprint);
  }

  /** Adds a message, in a row that takes more until the next {@link flush}. */
  addMessage(row: NewRow): void {
    const { room, fingerprint, timestamp, line } = row;
    this.#waiting.add(fingerprint);
    const group = this.#groups.get(room);
    if (!group || !takes(group, row)) {
      if (group) this.#write(group);
      const [lines, fingerprints] = [[line], [fingerprint]];
      this.#groups.set(room, { first: row, timestamp, lines, fingerprints });
      return;
    }
    group.lines.push(line);
    group.fingerprints.push(fingerprint);
    group.timestamp = Math.max(group.timestamp, timestamp);
  }

  /** Adds an entry as a row of its own, after all that was added before. */
  add(row: NewRow): void {
    this.flush();
    const { timestamp, line, fingerprint } = row;
    const [lines, fingerprints] = [[line], [fingerprint]];
    this.#write({ first: row, timestamp, lines, fingerprints });
  }

  /** Puts what was added into the table. */
  flush(): void {
    for (const group of this.#groups.values()) this.#write(group);
    this.#clear();
  }

  /** Must be called when a transaction was undone. */
  undone(): void {
    this.#clear();
    this.fingerprints.undone();
  }

  #clear(): void {
    this.#groups.clear();
    this.#waiting.clear();
  }

  #write({ first, timestamp, lines, fingerprints }: Group): void {
    const { lastInsertRowid } = this.#insert.run(
      first.room,
      first.offset,
      lines.length,
      Number(first.epoch),
      `[${fingerprints.join()}]`,
      first.amends,
      timestamp,
      first.kind,
      lines.join("\n"),
    );
    const id = Number(lastInsertRowid);
    for (const each of fingerprints) this.fingerprints.add(each, id);
  }
}

/** Whether a message can share a row: they have one epoch, and nothing lies between them. */
const takes = ({ first, lines }: Group, { epoch, offset }: NewRow): boolean =>
  lines.length < TOGETHER && epoch === first.epoch &&
  offset === first.offset + lines.length;
