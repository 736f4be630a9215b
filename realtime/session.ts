import type { ServerWebSocket } from "bun";
import {
  ackText,
  type Amendment,
  amendMessage,
  roleIn,
  sendMessage,
} from "./actions.ts";
import { AuthError, type Person, type Verify } from "./auth.ts";
import { Bucket } from "./bucket.ts";
import { FrameError, parseFrame } from "./frames.ts";
import type { Hub } from "./hub.ts";
import { type Appended, StoreError } from "./log/log.ts";
import { errorFields } from "./logger.ts";
import {
  type ClientFrame,
  CLOSE,
  LIMITS,
  type ServerFrame,
} from "./protocol.ts";
import { joinedText, recover } from "./recovery.ts";

/** What a socket carries. */
export interface SocketData {
  session: Session;
}

export type Socket = ServerWebSocket<SocketData>;

/** What sessions share. */
export interface SessionContext {
  hub: Hub;
  verify: Verify;
  messageRate: number;
  messageBurst: number;
}

/** Frames waiting for an earlier one of the same socket. */
const QUEUE_LIMIT = 256;
/** Appends of one socket under way; further frames wait for them. */
const IN_FLIGHT_LIMIT = 256;
/** Refused frames, with no good one in a second between them, until the socket is closed. */
const FAULT_LIMIT = 100;
/** Bad frames a socket may send in all. */
const BAD_LIMIT = 10;

let count = 0;

/** One socket. Its frames are handled strictly in order, one after the other. */
export class Session {
  person: Person | undefined;
  /** Milliseconds since the Unix epoch; the socket is closed then. */
  deadline = Date.now() + LIMITS.identifySeconds * 1000;
  closed = false;
  readonly #topic = `socket:${(count += 1)}`;
  #queue: string[] | undefined;
  #busy = false;
  #inFlight = 0;
  #faults = 0;
  #bad = 0;
  #joined: Set<string> | undefined;
  #messages: Bucket | undefined;
  #requests: Bucket | undefined;
  #typing: Bucket | undefined;

  constructor(readonly context: SessionContext, readonly socket: Socket) {
    context.hub.sessions.add(this);
    socket.subscribe(this.#topic);
  }

  /** Takes the next frame of the socket. */
  receive(data: string | Uint8Array): void {
    if (this.closed) return;
    if (typeof data !== "string") {
      return this.#badFrame("binary-frame", "Frames are JSON text.");
    }
    if (data.length > LIMITS.frameBytes) {
      return this.#badFrame("frame-too-large", "The frame is too large.");
    }
    if (!this.#waits()) return this.#begin(data);
    this.#queue ??= [];
    if (this.#queue.length >= QUEUE_LIMIT) {
      return this.close(CLOSE.flooding, "too many frames at once");
    }
    this.#queue.push(data);
  }

  #waits(): boolean {
    return this.#busy || this.#inFlight >= IN_FLIGHT_LIMIT;
  }

  #begin(text: string): void {
    const done = this.#attempt(text);
    if (!done) return;
    this.#busy = true;
    void done.finally(() => {
      this.#busy = false;
      this.#drain();
    });
  }

  #drain(): void {
    while (this.#queue && !this.closed && !this.#waits()) {
      const next = this.#queue.shift();
      if (next === undefined) this.#queue = undefined;
      else this.#begin(next);
    }
  }

  /** Handles a frame; returns a promise only if the next frame must wait for it. */
  #attempt(text: string): Promise<void> | undefined {
    let frame: ClientFrame;
    try {
      frame = parseFrame(text);
    } catch (error) {
      if (error instanceof FrameError && error.code === "bad-json") {
        this.#badFrame(error.code, error.message);
      } else {
        this.#refuse(error);
      }
      return;
    }
    try {
      return this.#handle(frame)?.catch((error) =>
        this.#refuse(error, refOf(frame))
      );
    } catch (error) {
      this.#refuse(error, refOf(frame));
    }
  }

  #handle(frame: ClientFrame): Promise<void> | undefined {
    if (frame.event === "identify") return this.#identify(frame.token);
    const person = this.#current();
    switch (frame.event) {
      case "chat-message":
        return this.#chat(person, frame);
      case "join-room":
        this.#limit("request", frame.event);
        return this.#join(person, frame);
      case "leave-room":
        this.#leave(frame.roomId);
        return;
      case "typing":
        roleIn(person, frame.roomId, frame.event);
        this.#type(person, frame.roomId);
        return;
      case "read":
        this.#limit("request", frame.event);
        return this.#read(person, frame);
      default:
        this.#limit("message", frame.clientId);
        return this.#amend(person, frame);
    }
  }

  /** The person, as long as their token is good. */
  #current(): Person {
    if (!this.person) {
      throw new FrameError("not-identified", "Send identify first.");
    }
    if (this.person.expiresAt <= Date.now()) {
      this.close(CLOSE.token, "token expired");
      throw new FrameError("token-expired", "The token ended; renew it.");
    }
    return this.person;
  }

  async #identify(token: string): Promise<void> {
    const { hub, verify } = this.context;
    this.#limit("request", "identify");
    const identity = await verify(token);
    if (this.closed) return;
    if (identity.kind !== "person") {
      throw new AuthError("token-invalid", "Only a person can identify.");
    }
    const person = hub.removals.apply(identity.person);
    if (this.person && this.person.id !== person.id) {
      throw new AuthError("token-invalid", "That is another person's token.");
    }
    const positions = await hub.log.positions(person.id, [
      ...person.rooms.keys(),
    ]);
    if (this.closed) return;
    // A removal may have come in while the log was asked.
    hub.removals.apply(person);
    if (!this.person) hub.connected(this, person.id);
    this.person = person;
    this.deadline = person.expiresAt;
    for (const roomId of this.#joined ?? []) {
      if (person.rooms.has(roomId)) continue;
      this.send({ event: "membership", roomId, removed: true });
      this.removedFrom(roomId);
    }
    const rooms = Object.fromEntries(
      [...person.rooms.keys()].map((id) => {
        const { offset = 0, read = 0 } = positions[id] ?? {};
        return [id, { offset, read }];
      }),
    );
    const { id: userId, expiresAt } = person;
    this.send({ event: "identified", userId, expiresAt, rooms });
  }

  #chat(
    person: Person,
    { roomId, message }: Extract<ClientFrame, { event: "chat-message" }>,
  ): undefined {
    const { clientId } = message;
    this.#limit("message", clientId);
    const { log } = this.context.hub;
    this.#settle(
      sendMessage(log, person, roomId, message),
      roomId,
      clientId,
    );
  }

  async #amend(person: Person, frame: Amendment): Promise<void> {
    const { roomId, clientId } = frame;
    const appended = amendMessage(this.context.hub.log, person, frame);
    this.#settle(appended, roomId, clientId);
    // A refusal has been told by then; the next frame waits so that order is kept.
    await appended.catch(() => {});
  }

  /** Acknowledges an append once it is durable, or says that it failed. */
  #settle(
    appended: Promise<Appended>,
    roomId: string,
    clientId: string,
  ): void {
    this.#inFlight += 1;
    appended.then(
      (done) => this.#say(ackText(roomId, clientId, done)),
      (error) => this.#refuse(error, clientId),
    ).finally(() => {
      this.#inFlight -= 1;
      if (this.#queue) this.#drain();
    });
  }

  async #join(
    person: Person,
    { roomId, since }: Extract<ClientFrame, { event: "join-room" }>,
  ): Promise<void> {
    roleIn(person, roomId, "join-room");
    const { hub } = this.context;
    const { room, presence } = await hub.open(roomId);
    let kept = false;
    try {
      await room.join(
        () => recover(hub.log, roomId, since),
        (recovery, later) => {
          if (this.closed || !this.person?.rooms.has(roomId)) return;
          this.#joined ??= new Set();
          if (!this.#joined.has(roomId)) {
            kept = true;
            this.#joined.add(roomId);
            hub.entered(roomId, { id: person.id, name: person.name });
          }
          const online = presence.online();
          this.socket.send(joinedText(roomId, recovery, online));
          for (const { text } of later) this.socket.send(text);
          if (kept) this.socket.subscribe(room.topic);
        },
      );
    } finally {
      if (!kept) hub.release(roomId);
    }
  }

  #leave(roomId: string): void {
    if (!this.#joined?.delete(roomId)) return;
    const { hub } = this.context;
    if (!this.closed) this.socket.unsubscribe(`room:${roomId}`);
    if (this.person) hub.left(roomId, this.person.id);
    hub.release(roomId);
  }

  #type(person: Person, roomId: string): void {
    this.#typing ??= new Bucket(1, 5);
    // One hint more or less is no loss, and an error would be noise.
    if (!this.#typing.take()) return;
    const sender = { id: person.id, name: person.name };
    this.context.hub.sendSignal(roomId, { type: "typing", sender });
  }

  async #read(
    person: Person,
    { roomId, offset }: Extract<ClientFrame, { event: "read" }>,
  ): Promise<void> {
    roleIn(person, roomId, "read");
    await this.context.hub.markRead(person, roomId, offset);
  }

  #limit(kind: "message" | "request", ref: string): void {
    const { messageRate, messageBurst } = this.context;
    const bucket = kind === "message"
      ? this.#messages ??= new Bucket(messageRate, messageBurst)
      : this.#requests ??= new Bucket(20, 200);
    if (bucket.take()) {
      this.#faults = 0;
      return;
    }
    this.#faults += 1;
    if (this.#faults > FAULT_LIMIT) this.close(CLOSE.flooding, "flooding");
    const why = "That was too fast; wait a moment.";
    throw new FrameError("rate-limited", why, ref, true);
  }

  #badFrame(code: string, message: string): void {
    this.#bad += 1;
    this.send({ event: "error", code, message, retryable: false });
    if (this.#bad >= BAD_LIMIT) this.close(CLOSE.badFrame, code);
  }

  /** Tells the client why a frame was not done, and closes where that is final. */
  #refuse(error: unknown, ref?: string): void {
    if (this.closed) return;
    if (error instanceof FrameError) {
      const { code, message, retryable } = error;
      this.send({
        event: "error",
        code,
        message,
        retryable,
        ref: error.ref ?? ref,
      });
      return;
    }
    if (error instanceof AuthError) return this.#refuseToken(error);
    const stored = error instanceof StoreError;
    const code = stored ? error.code : "internal";
    if (!stored) {
      this.context.hub.logger("error", "frame-failed", errorFields(error));
    }
    const message = "The server could not do this now; it can be tried again.";
    this.send({ event: "error", code, message, retryable: true, ref });
  }

  #refuseToken({ code, message, retryable }: AuthError): void {
    const ref = "identify";
    this.send({ event: "error", code, message, retryable, ref });
    const reason = retryable ? CLOSE.overloaded : CLOSE.token;
    this.close(reason, code);
  }

  /** Sends one frame to this socket alone. */
  send(frame: ServerFrame): void {
    this.#say(JSON.stringify(frame));
  }

  #say(text: string): void {
    if (!this.closed) this.context.hub.outbox.send(this.#topic, text);
  }

  /** Takes the room from this socket; closes it if no other is open. */
  removedFrom(roomId: string): void {
    this.person?.rooms.delete(roomId);
    const had = this.#joined?.has(roomId) ?? false;
    this.#leave(roomId);
    if (had && this.#joined?.size === 0) {
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
    for (const roomId of [...this.#joined ?? []]) this.#leave(roomId);
    this.closed = true;
    this.#queue = undefined;
    this.context.hub.disconnected(this, this.person?.id);
  }
}

const refOf = (frame: ClientFrame): string => {
  if (frame.event === "chat-message") return frame.message.clientId;
  return "clientId" in frame ? frame.clientId : frame.event;
};
