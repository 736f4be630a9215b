/** What the hub knows of those who read here, however they came. */
import type { Person } from "../access/tokens.ts";
import type { ServerFrame } from "../protocol.ts";

/** An open socket. */
export interface OpenSocket {
  /** Who is behind it, once it has identified. */
  readonly person: Person | undefined;
  /** The ids of the rooms it reads. */
  readonly reading: string[];
  readonly closed: boolean;
  /** Frames that wait for earlier ones. */
  readonly waiting: number;
  /** Milliseconds since the Unix epoch; it is closed then. */
  deadline: number;
  readonly socket: { getBufferedAmount(): number };
  isReading(roomId: string): boolean;
  send(frame: ServerFrame): void;
  /** Sends the JSON text of a frame. */
  say(text: string): void;
  /** The room is read-only from now on. */
  archived(roomId: string): void;
  removedFrom(roomId: string): void;
  close(code: number, reason: string): void;
}

/** An open stream of a room over HTTP. */
export interface OpenStream {
  readonly person: Person;
  readonly roomId: string;
  /** Ends it if its person may no longer read. */
  check(): void;
  end(): void;
}
