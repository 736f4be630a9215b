import { roleIn } from "./actions.ts";
import type { Person } from "./auth.ts";
import type { ClientFrame } from "./protocol.ts";
import { joinedText, recover } from "./recovery.ts";
import type { Room } from "./room.ts";
import type { Session } from "./session.ts";

const NONE: readonly string[] = [];

/** The rooms one socket has open. */
export class Readings {
  // Few of them, and memory is counted: an array takes a fraction of a set.
  #rooms: readonly string[] = NONE;

  constructor(readonly session: Session) {}

  has(roomId: string): boolean {
    return this.#rooms.includes(roomId);
  }

  get size(): number {
    return this.#rooms.length;
  }

  /** The ids of the rooms, as they are now. */
  list(): readonly string[] {
    return this.#rooms;
  }

  /**
   * Brings the socket to where the room is, and lets it read on from there.
   *
   * @throws {FrameError} `not-member`
   * @throws {StoreError}
   */
  async join(
    person: Person,
    { roomId, since }: Extract<ClientFrame, { event: "join-room" }>,
  ): Promise<void> {
    roleIn(person, roomId, "join-room");
    const { hub } = this.session.context;
    const { room, presence } = await hub.open(roomId);
    let kept = false;
    try {
      await room.join(
        () => recover(hub.log, roomId, since),
        (recovery, later) => {
          if (!this.session.mayRead(roomId)) return;
          kept = this.#keep(roomId, person);
          const text = joinedText(roomId, recovery, presence.online());
          const frames = [text, ...later.map(({ text }) => text)];
          hub.outbox.inOrder(() => this.#startReading(room, frames));
        },
      );
    } finally {
      if (!kept) hub.release(roomId);
    }
  }

  /** False if the room was open on this socket already. */
  #keep(roomId: string, { id, name }: Person): boolean {
    if (this.has(roomId)) return false;
    this.#rooms = [...this.#rooms, roomId];
    this.session.context.hub.entered(roomId, { id, name });
    return true;
  }

  #startReading(room: Room, frames: string[]): void {
    const { session } = this;
    if (!session.mayRead(room.id) || !this.has(room.id)) return;
    for (const text of frames) session.socket.send(text);
    session.socket.subscribe(room.topic);
  }

  leave(roomId: string): void {
    if (!this.has(roomId)) return;
    this.#rooms = this.#rooms.filter((id) => id !== roomId);
    const { closed, context, person, socket } = this.session;
    if (!closed) socket.unsubscribe(`room:${roomId}`);
    if (person) context.hub.left(roomId, person.id);
    context.hub.release(roomId);
  }
}
