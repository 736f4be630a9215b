import type { ServerWebSocket } from "bun";
import { archived } from "../access/members.ts";
import { ackFrame } from "../rooms/actions.ts";
import {
  type EventRow,
  EVENTS,
  isRoomFrame,
  type Rate,
  type RoomFrame,
} from "../access/table.ts";
import { AuthError, type Person, type Verify } from "../access/tokens.ts";
import { entryId } from "../log/entry.ts";
import { FrameError } from "../frame-fields.ts";
import { frameRef, parseFrame } from "../frames.ts";
import { feedPage } from "../feeds/summaries.ts";
import type { Hub } from "../rooms/hub.ts";
import { Inbox, type InboxOwner } from "./inbox.ts";
import { isLongerThan, SocketLimits } from "./limits.ts";
import { StoreError, type Waiter } from "../log/log.ts";
import { errorFields } from "../operations/logger.ts";
import {
  type ClientFrame,
  CLOSE,
  LIMITS,
  type Role,
  type ServerFrame,
} from "../protocol.ts";
import type { Newcomer } from "./newcomers.ts";
import type { PeopleLimits } from "./people-limits.ts";
import { refusalOf } from "./refusal.ts";
import type { OpenSocket } from "../rooms/readers.ts";
import { type ReadingOwner, Readings } from "../rooms/readings.ts";
import type { Shedding } from "./shedding.ts";
import { amend, say, type Writer } from "./writing.ts";

/** What a socket carries. */
export interface SocketData {
  connection: Connection;
  /** Its place among those that are not identified. */
  newcomer: Newcomer;
}

export type Socket = ServerWebSocket<SocketData>;

/** What connections share. */
export interface ConnectionContext {
  hub: Hub;
  limits: PeopleLimits;
  verify: Verify;
  shedding: Shedding;
}

const notIdentified = () =>
  new FrameError("not-identified", "Send identify first.");

/** Sockets one person may have here: far more than they have tabs and devices. */
const SOCKETS_A_PERSON = 64;

let count = 0;

/** One socket: who is behind it, which rooms it reads, and what it may do. */
export class Connection
  implements InboxOwner, OpenSocket, ReadingOwner, Writer {
  person: Person | undefined;
  /** Milliseconds since the Unix epoch; the socket is closed then. */
  deadline = Date.now() + LIMITS.identifySeconds * 1000;
  closed = false;
  readonly #topic = `socket:${(count += 1)}`;
  readonly #inbox = new Inbox(this);
  readonly #limits = new SocketLimits();
  readonly #readings = new Readings(this);

  constructor(readonly context: ConnectionContext, readonly socket: Socket) {
    context.hub.connections.add(this);
    socket.subscribe(this.#topic);
  }

  /** Takes the next frame of the socket. */
  receive(data: string | Uint8Array): void {
    if (this.closed) return;
    if (typeof data !== "string") {
      return this.#badFrame("binary-frame", "Frames are JSON text.");
    }
    if (!this.person && data.length > EVENTS.identify.bytes) {
      return this.close(CLOSE.badFrame, "identify first");
    }
    if (isLongerThan(data, LIMITS.frameBytes)) {
      return this.#badFrame("frame-too-large", "The frame is too large.");
    }
    this.#inbox.put(data);
  }

  /** Frames that wait for earlier ones. */
  get waiting(): number {
    return this.#inbox.waiting;
  }

  overflow(): void {
    this.close(CLOSE.flooding, "too many frames at once");
  }

  handle(text: string): Promise<void> | undefined {
    let ref: string | undefined;
    try {
      const frame = parseFrame(text);
      ref = frameRef(frame);
      return this.#handle(frame, text, ref)
        ?.catch((error) => this.#refuse(error, ref));
    } catch (error) {
      this.#refuse(error, ref);
    }
  }

  /** Does what a frame asks for, if the table lets this person, this large and this often. */
  #handle(
    frame: ClientFrame,
    text: string,
    ref: string,
  ): Promise<void> | undefined {
    const { who, bytes, rate }: EventRow = EVENTS[frame.event];
    if (isLongerThan(text, bytes)) {
      throw new FrameError("frame-too-large", "The frame is too large.", ref);
    }
    const person = who === "anyone" ? this.person : this.#current();
    if (rate && !this.#take(rate, person, ref)) return;
    if (frame.event === "identify") return this.#identify(frame.token);
    if (!person) throw notIdentified();
    if (isRoomFrame(frame)) return this.#inRoom(person, frame, ref);
    switch (frame.event) {
      case "leave-room":
        this.#readings.leave(frame.roomId);
        return;
      case "summaries":
        return this.#summarise(person, frame);
    }
  }

  /** What only a member may do; at once where they are known to be one. */
  #inRoom(
    person: Person,
    frame: RoomFrame,
    ref: string,
  ): Promise<void> | undefined {
    const role = this.context.hub.members.roleIn(person, frame.roomId, ref);
    switch (frame.event) {
      case "chat-message":
        return say(this, person, frame, role);
      case "join-room":
        return this.#readings.join(person, frame, role);
      case "typing":
        if (typeof role !== "string") {
          return role.then((role) => this.#type(person, frame, role));
        }
        this.#type(person, frame, role);
        return;
      case "read":
        return this.#read(person, frame, role);
      default:
        return amend(this, person, frame, role);
    }
  }

  /**
   * Counts a frame against its rate; false where it is to go unsaid.
   *
   * @throws {FrameError} `rate-limited`, `overloaded`
   */
  #take(rate: Rate, person: Person | undefined, ref: string): boolean {
    switch (rate) {
      case "messages":
        if (person) this.#takeAppend(person, ref);
        return true;
      case "typing":
        return person !== undefined &&
          this.context.limits.of(person.id).takeTyping();
      default:
        this.#limits.takeRequest(ref);
        return true;
    }
  }

  /** @throws {FrameError} `rate-limited`, or `overloaded` while no new work is taken. */
  #takeAppend({ id }: Person, clientId: string): void {
    this.#limits.takeMessage(this.context.limits.of(id), clientId);
    if (!this.context.shedding.refusesMessages) return;
    const why = "The server is busy; try again in a moment.";
    throw new FrameError("overloaded", why, clientId, true);
  }

  /** The person, as long as their token is good. */
  #current(): Person {
    if (!this.person) throw notIdentified();
    if (this.person.expiresAt <= Date.now()) {
      this.close(CLOSE.token, "token expired");
      throw new FrameError("token-expired", "The token ended; renew it.");
    }
    return this.person;
  }

  async #identify(token: string): Promise<void> {
    const { hub, verify } = this.context;
    const identity = await verify(token);
    if (this.closed) return;
    if (identity.kind !== "person") {
      throw new AuthError("token-invalid", "Only a person can identify.");
    }
    const person = hub.signOuts.admit(identity.person);
    if (this.person && this.person.id !== person.id) {
      throw new AuthError("token-invalid", "That is another person's token.");
    }
    if (!this.person) {
      if (hub.socketsOf(person.id) >= SOCKETS_A_PERSON) {
        return this.close(CLOSE.flooding, "too many sockets");
      }
      hub.connected(this, person.id);
      this.socket.data.newcomer.settle();
    }
    this.person = person;
    hub.alerts.seen(person);
    this.deadline = person.expiresAt;
    const { id: userId, expiresAt } = person;
    this.send({ event: "identified", userId, expiresAt });
  }

  /** Acknowledges an append once it is durable, or says that it failed. */
  waiter(
    roomId: string,
    clientId: string,
    stored?: (id: string) => void,
  ): Waiter {
    const { metrics } = this.context.hub;
    const started = performance.now();
    this.#inbox.started();
    return {
      resolve: (done) => {
        metrics.appended((performance.now() - started) / 1_000);
        if (!this.#readings.echoed(roomId, done)) {
          this.send(ackFrame(roomId, clientId, done));
        }
        this.#inbox.finished();
        if (!done.repeated) stored?.(entryId(done.epoch, done.offset));
      },
      reject: (error) => {
        this.#refuse(error, clientId);
        this.#inbox.finished();
      },
    };
  }

  isReading(roomId: string): boolean {
    return this.#readings.has(roomId);
  }

  /** The rooms it has open. */
  get reading(): string[] {
    return this.#readings.list();
  }

  /** Whether this socket may be told what is said in a room now, as far as is known here. */
  mayRead(roomId: string): boolean {
    if (this.closed || !this.person) return false;
    return this.context.hub.members.roleNow(this.person, roomId) !== null;
  }

  #type(
    { sender }: Person,
    { roomId }: Extract<ClientFrame, { event: "typing" }>,
    role: Role,
  ): void {
    if (this.closed || role === "reader") return;
    this.context.hub.sendSignal(roomId, { type: "typing", sender });
  }

  async #read(
    person: Person,
    { roomId, offset }: Extract<ClientFrame, { event: "read" }>,
    role: Role | Promise<Role>,
  ): Promise<void> {
    await role;
    await this.context.hub.markRead(person, roomId, offset);
  }

  /** Tells what the person's feed begins with; from then on it goes on by itself. */
  async #summarise(
    person: Person,
    wanted: Extract<ClientFrame, { event: "summaries" }>,
  ): Promise<void> {
    const { hub } = this.context;
    const page = await feedPage(hub, person, wanted);
    if (this.closed) return;
    this.send({ event: "summaries", ...page });
  }

  #badFrame(code: string, message: string): void {
    this.context.hub.metrics.failed(code);
    this.send({ event: "error", code, message, retryable: false });
    if (this.#limits.countBad()) this.close(CLOSE.badFrame, code);
  }

  /** Tells the client why a frame was not done, and closes where that is final. */
  #refuse(error: unknown, ref?: string): void {
    if (this.closed) return;
    const { hub } = this.context;
    const { frame, close, unexpected } = refusalOf(error, ref);
    if (unexpected) hub.logger("error", "frame-failed", errorFields(error));
    if (error instanceof StoreError) hub.storeFailed(error);
    if (frame.code === "bad-json") {
      return this.#badFrame(frame.code, frame.message);
    }
    hub.metrics.failed(frame.code);
    this.send(frame);
    if (close) this.close(close, frame.code);
    // What may be sent again is limited where it is refused, and is no fault of the client.
    const refused = !frame.retryable && this.#limits.countRefused();
    if (refused || this.#limits.flooding) {
      this.close(CLOSE.flooding, "flooding");
    }
  }

  /** Sends one frame to this socket alone. */
  send(frame: ServerFrame): void {
    this.say(JSON.stringify(frame));
  }

  /** Sends the text of one frame to this socket alone. */
  say(text: string): void {
    if (!this.closed) this.context.hub.publishQueue.send(this.#topic, text);
  }

  /** Tells a socket that has the room open that it is read-only from now on. */
  archived(roomId: string): void {
    if (!this.isReading(roomId)) return;
    this.send(refusalOf(archived("join-room")).frame);
  }

  /** Takes the room from this socket; closes it if no other is open. */
  removedFrom(roomId: string): void {
    const had = this.#readings.has(roomId);
    this.#readings.leave(roomId);
    if (had && this.#readings.size === 0) {
      this.close(CLOSE.notMember, "removed from the room");
    }
  }

  /** Closes with a code of the table, after what was already said. */
  close(code: number, reason: string): void {
    if (this.closed) return;
    this.ended();
    // What was published this turn must reach the client before the close.
    setTimeout(() => this.socket.close(code, reason), 0);
  }

  /** The socket is gone, or will be in a moment. */
  ended(): void {
    if (this.closed) return;
    for (const roomId of this.#readings.list()) this.#readings.leave(roomId);
    this.closed = true;
    this.socket.data.newcomer.settle();
    this.#inbox.close();
    this.context.hub.disconnected(this, this.person?.id);
  }
}
