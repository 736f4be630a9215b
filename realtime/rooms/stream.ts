import type { Person } from "../access/tokens.ts";
import type { Hub } from "./hub.ts";
import type { Delivery, Room } from "./room.ts";
import { LIMITS } from "../protocol.ts";
import { frameText } from "../log/frame-text.ts";

/** Milliseconds between empty lines that keep proxies from closing a quiet stream. */
const HEARTBEAT = 15_000;
/** Characters a reader may be behind before its stream is ended. */
const BACKLOG = 1_048_576;

/**
 * The room's entries after an offset (or from now on) as NDJSON {@link EntryFrame}s. It
 * ends when the person's token ends, they are removed, or they read too slowly; the reader
 * then asks again from the last offset it has.
 */
export async function roomStream(
  hub: Hub,
  person: Person,
  roomId: string,
  after?: number,
): Promise<ReadableStream<Uint8Array>> {
  // Counted from here on: many may be opened at the same moment.
  const reader = new StreamReader(hub, person, roomId);
  // The head of an answer leaves with its first byte, and whoever asked waits for the head:
  // in a quiet room they would take this service for one that is away.
  reader.write("");
  try {
    const room = await reader.open();
    await room.join(
      () => readOn(hub, reader, after),
      (_, later) => {
        // A removal may have come in while the log was read.
        reader.check();
        for (const { text } of later) reader.write(text);
        reader.listen(room.listeners);
      },
    );
  } catch (error) {
    reader.end();
    throw error;
  }
  return reader.stream;
}

/** Writes what the log has after an offset; returns where that ends. */
async function readOn(hub: Hub, reader: StreamReader, after?: number) {
  const { roomId } = reader;
  if (after === undefined) return hub.log.page(roomId, { limit: 1 });
  for (let from = after;;) {
    const slice = await hub.log.read(roomId, from, LIMITS.recoveryEntries);
    for (const entry of slice.entries) reader.write(frameText(roomId, entry));
    from = slice.entries.at(-1)?.offset ?? slice.offset;
    // Whoever is too far behind asks again from the last that they got.
    if (from >= slice.offset || reader.ended) return slice;
  }
}

class StreamReader {
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #listeners: Set<(delivery: Delivery) => void> | undefined;
  readonly #encoder = new TextEncoder();
  readonly #heartbeat: Timer;
  #opened = false;
  ended = false;
  readonly #deliver = ({ text }: Delivery) => this.write(text);

  constructor(
    readonly hub: Hub,
    readonly person: Person,
    readonly roomId: string,
  ) {
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => this.end(),
    }, { highWaterMark: BACKLOG, size: (chunk) => chunk?.byteLength ?? 0 });
    this.#heartbeat = setInterval(() => this.write(""), HEARTBEAT);
    hub.streams.add(this);
  }

  /** @throws {StoreError} */
  async open(): Promise<Room> {
    const { room } = await this.hub.open(this.roomId);
    if (this.ended) this.hub.release(this.roomId);
    else this.#opened = true;
    return room;
  }

  listen(listeners: Set<(delivery: Delivery) => void>): void {
    if (this.ended) return;
    this.#listeners = listeners;
    listeners.add(this.#deliver);
  }

  write(line: string): void {
    if (this.ended) return;
    this.#controller?.enqueue(this.#encoder.encode(`${line}\n`));
    if ((this.#controller?.desiredSize ?? 1) <= 0) this.end();
  }

  /** Ends the stream if the person may no longer read the room. */
  check(): void {
    const { hub, person, roomId } = this;
    const isOut = hub.members.roleNow(person, roomId) === null ||
      hub.signOuts.ended(person);
    if (isOut || person.expiresAt <= Date.now()) this.end();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.#heartbeat);
    this.#listeners?.delete(this.#deliver);
    this.hub.streams.delete(this);
    if (this.#opened) this.hub.release(this.roomId);
    try {
      this.#controller?.close();
    } catch {
      // It is closed already when the reader cancelled.
    }
  }
}

export type { StreamReader };
