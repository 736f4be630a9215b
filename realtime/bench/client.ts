import type { Dialect } from "./dialect.ts";
import { RawWire } from "./raw-wire.ts";
import { WebSocketWire } from "./websocket-wire.ts";
import type { Frame, Wire, WireOwner } from "./wire.ts";

/** What clients are made of, by name. */
export const WIRES = { websocket: WebSocketWire, raw: RawWire };

export type WireName = keyof typeof WIRES;

const CONTENT = "The quick brown fox jumps over the lazy dog, and then again.";
/** A clientId is the client's number and the message's, both of fixed width. */
const NUMBER = 4;
const SEQUENCE = 7;
const EMPTY_ID = `c${"0".repeat(NUMBER)}-${"0".repeat(SEQUENCE)}`;
const FIELD = '"clientId":"';
/** Every how manyth message is timed. */
const SAMPLE = 16;

/** All clients of a run, as one of them sees them. */
interface Everyone {
  readonly dialect: Dialect;
  readonly wire: WireName;
  /** How many messages a sender has under way. */
  readonly shape: { window: number };
  readonly running: boolean;
  /** What they count together. */
  ready: number;
  closed: number;
  deliveries: number;
  times: number[];
}

/** One client of a crowd; keeps a window of messages under way if it sends. */
export class Client implements WireOwner {
  readonly wire: Wire;
  received = 0;
  #ready = false;
  #sent = 0;
  #sending = false;
  #sentAt = new Map<number, number>();
  /** The text of the next message, but for its sequence; the first byte of that. */
  readonly #text: Buffer;
  readonly #sequenceAt: number;
  /** Where the clientId was in the last delivery: most often it is there again. */
  #idAt = 0;

  constructor(
    readonly crowd: Everyone,
    readonly room: { readonly id: string; sent: number },
    readonly number: number,
    readonly token: string,
  ) {
    this.wire = new WIRES[crowd.wire](this);
    const name = `c${String(number).padStart(NUMBER, "0")}`;
    const id = `${name}-${"0".repeat(SEQUENCE)}`;
    this.#text = Buffer.from(crowd.dialect.chat(room.id, id, CONTENT));
    this.#sequenceAt = this.#text.indexOf(id) + name.length + 1;
  }

  opened(): void {
    const { dialect } = this.crowd;
    for (const text of dialect.greet(this.room.id, this.token)) {
      this.wire.queue(Buffer.from(text));
    }
    if (dialect.ready === "") this.#becomeReady();
  }

  #becomeReady(): void {
    this.#ready = true;
    this.crowd.ready += 1;
  }

  closed(): void {
    this.crowd.closed += 1;
  }

  frame(frame: Frame): void {
    const { dialect } = this.crowd;
    if (this.#ready && frame.codeAt(dialect.mark) === 110 /* n */) {
      this.received += 1;
      this.crowd.deliveries += 1;
      if (this.#sending) this.#look(frame);
    } else if (!this.#ready) {
      if (frame.indexOf(dialect.ready) === 0) this.#becomeReady();
    } else if (frame.length === 1 && frame.codeAt(0) === 50 /* 2, a ping */) {
      this.wire.queue(Buffer.from("3"));
    }
  }

  /** Sends the next message when one of its own comes back. */
  #look(frame: Frame): void {
    let at = this.#idAt;
    if (frame.codeAt(at - 1) !== 34 || frame.codeAt(at + 1 + NUMBER) !== 45) {
      at = frame.indexOf(FIELD) + FIELD.length;
      this.#idAt = at;
    }
    if (digits(frame, at + 1, NUMBER) !== this.number) return;
    if (this.#sentAt.size > 0) {
      this.#time(digits(frame, at + EMPTY_ID.length - SEQUENCE, SEQUENCE));
    }
    if (this.crowd.running) this.#send();
  }

  #time(sequence: number): void {
    const sentAt = this.#sentAt.get(sequence);
    if (sentAt === undefined) return;
    this.#sentAt.delete(sequence);
    this.crowd.times.push(performance.now() - sentAt);
  }

  start(): void {
    this.#sending = true;
    for (let i = 0; i < this.crowd.shape.window; i += 1) this.#send();
    this.wire.flush();
  }

  #send(): void {
    const sequence = this.#sent += 1;
    if (sequence % SAMPLE === 1 || this.crowd.shape.window === 1) {
      this.#sentAt.set(sequence, performance.now());
    }
    this.room.sent += 1;
    for (let rest = sequence, i = SEQUENCE - 1; i >= 0; i -= 1) {
      this.#text[this.#sequenceAt + i] = 48 + rest % 10;
      rest = Math.floor(rest / 10);
    }
    this.wire.queue(this.#text);
  }
}

function digits(frame: Frame, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i += 1) {
    value = value * 10 + frame.codeAt(i) - 48;
  }
  return value;
}
