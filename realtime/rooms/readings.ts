import type { Person } from "../access/tokens.ts";
import type { Appended } from "../log/log.ts";
import type { ClientFrame, Role } from "../protocol.ts";
import { joinedText, recover } from "./recovery.ts";
import type { Room } from "./room.ts";
import type { Hub } from "./hub.ts";

/** Whose readings these are: a socket. */
export interface ReadingOwner {
  readonly context: { readonly hub: Hub };
  readonly person: Person | undefined;
  readonly socket: {
    send(text: string): unknown;
    subscribe(topic: string): void;
    unsubscribe(topic: string): void;
  };
  mayRead(roomId: string): boolean;
  archived(roomId: string): void;
}

/** A room one socket has open. */
interface Reading {
  readonly room: Room;
  /** The offset after which it takes the echo for the acknowledgement; or none does. */
  readonly echoAfter: number;
}

const NONE: readonly Reading[] = [];

/** The rooms one socket has open. */
export class Readings {
  // Few of them, and memory is counted: an array takes a fraction of a set.
  #open: readonly Reading[] = NONE;

  constructor(readonly connection: ReadingOwner) {}

  has(roomId: string): boolean {
    return this.#find(roomId) !== undefined;
  }

  get size(): number {
    return this.#open.length;
  }

  /** The ids of the rooms, as they are now. */
  list(): string[] {
    return this.#open.map(({ room }) => room.id);
  }

  #find(roomId: string): Reading | undefined {
    return this.#open.find(({ room }) => room.id === roomId);
  }

  /**
   * Whether an append needs no `message-ack`, as its entry went to this socket before, and
   * the socket asked to have that instead.
   */
  echoed(roomId: string, { epoch, offset, repeated }: Appended): boolean {
    const reading = this.#find(roomId);
    if (!reading || repeated || offset <= reading.echoAfter) return false;
    const { room } = reading;
    return epoch === room.epoch && offset <= room.delivered;
  }

  /**
   * Brings the socket to where the room is, and lets it read on from there.
   *
   * @param role of the person in the room, once it is known.
   * @throws {FrameError} `not-member`, `members-unavailable`
   * @throws {StoreError}
   */
  async join(
    person: Person,
    { roomId, since, echo }: Extract<ClientFrame, { event: "join-room" }>,
    role: Role | Promise<Role>,
  ): Promise<void> {
    const { hub } = this.connection.context;
    await role;
    const { room, presence } = await hub.open(roomId);
    let kept = false;
    try {
      await room.join(
        () => recover(hub.log, roomId, person.id, since),
        (recovery, later) => {
          if (!this.connection.mayRead(roomId)) return;
          // What came until now, this socket gets as part of the answer, or not at all.
          const echoAfter = echo ? room.delivered : Infinity;
          kept = this.#keep({ room, echoAfter }, person);
          const text = joinedText(roomId, recovery, presence.online());
          const frames = [text, ...later.map(({ text }) => text)];
          hub.publishQueue.inOrder(() => this.#startReading(room, frames));
          // Whoever was away while it was archived has not heard of it.
          if (hub.members.roleNow(person, roomId) === "reader") {
            this.connection.archived(roomId);
          }
        },
      );
    } finally {
      if (!kept) hub.release(roomId);
    }
    // What was known of the person was forgotten meanwhile: they may be out.
    if (hub.members.roleNow(person, roomId) === undefined) {
      await hub.checkReaders(roomId);
    }
  }

  /** False if the room was open on this socket already. */
  #keep(reading: Reading, { sender }: Person): boolean {
    const { room } = reading;
    const had = this.has(room.id);
    this.#open = [...this.#without(room.id), reading];
    if (!had) this.connection.context.hub.entered(room.id, sender);
    return !had;
  }

  #without(roomId: string): Reading[] {
    return this.#open.filter(({ room }) => room.id !== roomId);
  }

  #startReading(room: Room, frames: string[]): void {
    const { connection } = this;
    if (!connection.mayRead(room.id) || !this.has(room.id)) return;
    for (const text of frames) connection.socket.send(text);
    connection.socket.subscribe(room.topic);
  }

  leave(roomId: string): void {
    if (!this.has(roomId)) return;
    this.#open = this.#without(roomId);
    const { context, person, socket } = this.connection;
    // What the room was told before reaches this socket: it may be an acknowledgement.
    context.hub.publishQueue.inOrder(() => {
      socket.unsubscribe(`room:${roomId}`);
    });
    if (person) context.hub.left(roomId, person.id);
    context.hub.release(roomId);
  }
}
