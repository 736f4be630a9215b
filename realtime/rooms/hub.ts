import type { Person } from "../access/tokens.ts";
import { Alerts, type NudgeWeb } from "../alerts/alerts.ts";
import { Announcer } from "../feeds/announcer.ts";
import { Feeds } from "../feeds/feeds.ts";
import { FrameError } from "../frame-fields.ts";
import type { Entry } from "../log/entry.ts";
import type { LogListener, RoomLog, StoreError } from "../log/log.ts";
import { errorFields, type Logger } from "../operations/logger.ts";
import { Metrics } from "../operations/metrics.ts";
import type { PublishQueue } from "./publish-queue.ts";
import { Presence } from "./presence.ts";
import {
  type Amendment,
  CLOSE,
  type Sender,
  type ServerFrame,
} from "../protocol.ts";
import { Members } from "../access/members.ts";
import type { MembersChange } from "../access/member-store.ts";
import { type SignOut, SignOuts } from "../access/sign-outs.ts";
import type { AskWeb, TellWeb } from "../access/web.ts";
import { Room } from "./room.ts";
import { parseSignal, type Signal } from "./signals.ts";
import type { OpenSocket, OpenStream } from "./readers.ts";

/** A room someone on this instance reads. */
export interface OpenRoom {
  room: Room;
  presence: Presence;
  /** Joins under way, sockets and streams. */
  readers: number;
  /** Resolves when the log tells this instance of every append. */
  watched: Promise<void>;
  /** The timer that tells a change of presence, and whether it is one of ours. */
  presenceDue?: Timer;
  changedHere?: boolean;
}

/** Milliseconds in which changes of presence are told together, and more per person: a
 * list goes to everyone on it, so what it costs grows with the square. */
const PRESENCE_DELAY = 300;
const PRESENCE_DELAY_EACH = 10;

const LINK = /https?:\/\//i;

/** Milliseconds between log lines about a store that fails. */
const STORE_TOLD_EVERY = 5_000;

/** Who is connected to this instance, and which rooms they have open. */
export class Hub implements LogListener {
  readonly instance = crypto.randomUUID();
  readonly connections = new Set<OpenSocket>();
  readonly streams = new Set<OpenStream>();
  readonly signOuts = new SignOuts();
  readonly members: Members;
  readonly feeds: Feeds;
  readonly announcer: Announcer;
  readonly alerts: Alerts;
  readonly metrics = new Metrics();
  readonly #rooms = new Map<string, OpenRoom>();
  // Most people have one socket, for which an array takes a fraction of a set.
  readonly #people = new Map<string, OpenSocket[]>();
  #log: RoomLog | undefined;
  #storeTold = 0;

  constructor(
    readonly publishQueue: PublishQueue,
    readonly logger: Logger,
    ask: AskWeb,
    readonly tellWeb: TellWeb,
    nudge: NudgeWeb,
  ) {
    this.alerts = new Alerts(() => this.log, nudge, logger);
    this.members = new Members(() => this.log.members, ask);
    this.feeds = new Feeds(
      () => this.log.members,
      (userId) => this.#people.get(userId) ?? [],
      logger,
    );
    this.announcer = new Announcer(
      this.instance,
      () => this.log,
      (announcement) => this.feeds.hear(announcement),
      logger,
    );
  }

  /** The log; it is given after the hub was made, as each needs the other. */
  get log(): RoomLog {
    if (!this.#log) throw new Error("The hub has no log yet.");
    return this.#log;
  }

  set log(log: RoomLog) {
    this.#log = log;
  }

  /** A person's message was stored: web looks the page up that it may link to. */
  linked(
    person: Pick<Person, "token">,
    roomId: string,
    id: string,
    content: string,
  ): void {
    if (LINK.test(content)) this.tellWeb(person, { roomId, id });
  }

  /** A person's message was changed: it may link elsewhere now, or nowhere. */
  amended(
    person: Pick<Person, "token">,
    { event, roomId, id }: Amendment,
  ): void {
    if (event === "edit-message") this.tellWeb(person, { roomId, id });
  }

  get openRooms(): number {
    return this.#rooms.size;
  }

  /** Counts one more reader of a room and watches it; pair with {@link release}. */
  async open(roomId: string): Promise<OpenRoom> {
    const open = this.#rooms.get(roomId) ?? this.#add(roomId);
    open.readers += 1;
    try {
      await open.watched;
    } catch (error) {
      this.release(roomId);
      throw error;
    }
    return open;
  }

  release(roomId: string): void {
    const open = this.#rooms.get(roomId);
    if (!open) return;
    open.readers -= 1;
    if (open.readers > 0) return;
    clearTimeout(open.presenceDue);
    // The others must not wait for this instance's list to expire.
    this.#say(roomId, open);
    open.room.closed = true;
    this.#rooms.delete(roomId);
    this.log.unwatch(roomId);
  }

  #add(roomId: string): OpenRoom {
    const publish = (topic: string, text: string) => {
      this.metrics.deliveries += open.readers;
      this.publishQueue.send(topic, text);
    };
    const room = new Room(roomId, this.log, publish, this.logger);
    const watched = this.log.watch(roomId).then(() => {
      this.sendSignal(roomId, { type: "who", instance: this.instance });
    });
    const presence = new Presence();
    const open: OpenRoom = { room, presence, readers: 0, watched };
    this.#rooms.set(roomId, open);
    return open;
  }

  entries(roomId: string, entries: Entry[]): void {
    this.#rooms.get(roomId)?.room.deliver(entries);
  }

  /** Sends a frame to every socket here that has the room open. */
  tell(roomId: string, frame: ServerFrame): void {
    const open = this.#rooms.get(roomId);
    if (open) this.publishQueue.send(open.room.topic, JSON.stringify(frame));
  }

  /** Sends a signal to every instance that has the room open. */
  sendSignal(roomId: string, signal: Signal): void {
    this.log.signal(roomId, JSON.stringify(signal));
  }

  signal(roomId: string, text: string): void {
    const open = this.#rooms.get(roomId);
    const signal = parseSignal(text);
    if (!open || !signal) return;
    switch (signal.type) {
      case "typing":
        this.tell(roomId, {
          event: "typing",
          roomId,
          sender: signal.sender,
        });
        break;
      case "names":
        this.tell(roomId, { event: "names", roomId, names: signal.names });
        break;
      case "who":
        if (signal.instance !== this.instance) this.#say(roomId, open);
        break;
      case "presence":
        if (signal.instance === this.instance) break;
        if (open.presence.hear(signal.instance, signal.people)) {
          this.#presenceChanged(roomId, open);
        }
    }
  }

  /** How many sockets a person has here. */
  socketsOf(userId: string): number {
    return this.#people.get(userId)?.length ?? 0;
  }

  connected(connection: OpenSocket, userId: string): void {
    const connections = this.#people.get(userId);
    if (connections) connections.push(connection);
    else this.#people.set(userId, [connection]);
    this.feeds.connected(userId);
  }

  disconnected(connection: OpenSocket, userId: string | undefined): void {
    this.connections.delete(connection);
    if (userId === undefined) return;
    const others = this.#people.get(userId)?.filter((it) => it !== connection);
    if (others?.length) this.#people.set(userId, others);
    else if (this.#people.delete(userId)) this.feeds.disconnected(userId);
  }

  /** Moves a person's read position forward and tells their other sockets. */
  async markRead(person: Person, roomId: string, offset: number) {
    const moved = await this.log.markRead(roomId, person.id, offset);
    this.announcer.read(roomId, person.id, moved);
    this.alerts.read(roomId, person.id);
  }

  appended(roomId: string, entries: Entry[]): void {
    this.feeds.stored(roomId, entries);
    this.announcer.appended(roomId, entries);
  }

  heardByAll(roomId: string, entries: Entry[]): void {
    this.feeds.stored(roomId, entries);
  }

  announced(text: string): void {
    this.announcer.heard(text);
  }

  signedOut(signOut: SignOut): void {
    this.signOuts.hear(signOut);
    for (const stream of [...this.streams]) stream.check();
    for (const connection of [...this.#people.get(signOut.userId) ?? []]) {
      const { person } = connection;
      if (!person || !this.signOuts.ended(person)) continue;
      connection.close(CLOSE.token, "signed out");
    }
  }

  membersChanged(change: MembersChange): void {
    const isNewest = this.members.changed(change);
    const { roomId, changed } = change;
    if (!changed || !isNewest) {
      void this.feeds.look(roomId);
      return void this.checkReaders(roomId);
    }
    this.feeds.membersChanged(change);
    if (change.found) return;
    for (const [userId, role] of Object.entries(changed)) {
      this.#membershipChanged(roomId, userId, role === null);
      if (role === "reader") this.#archived(roomId, userId);
    }
  }

  /** Tells whoever has a room open that they can only read it now. */
  #archived(roomId: string, userId: string): void {
    for (const connection of [...this.#people.get(userId) ?? []]) {
      connection.archived(roomId);
    }
  }

  /** Tells a person here that they are in a room now, or no longer. */
  #membershipChanged(roomId: string, userId: string, removed: boolean): void {
    for (const connection of [...this.#people.get(userId) ?? []]) {
      connection.send({ event: "membership", roomId, removed });
      if (removed) connection.removedFrom(roomId);
    }
    if (!removed) return;
    for (const stream of [...this.streams]) {
      if (stream.roomId === roomId && stream.person.id === userId) stream.end();
    }
  }

  /** Looks whether everyone who reads a room, or any, may still; so copies in use stay fresh. */
  async checkReaders(of?: string): Promise<void> {
    const readers = new Map<string, { person: Person; roomId: string }>();
    const add = (person: Person | undefined, roomId: string) => {
      if (!person || of !== undefined && of !== roomId) return;
      readers.set(`${roomId} ${person.id}`, { person, roomId });
    };
    for (const connection of this.connections) {
      for (const roomId of connection.reading) add(connection.person, roomId);
    }
    for (const { person, roomId } of this.streams) add(person, roomId);
    for (const { person, roomId } of readers.values()) {
      try {
        await this.members.roleIn(person, roomId);
      } catch (error) {
        const isOut = error instanceof FrameError && !error.retryable;
        if (isOut) this.#membershipChanged(roomId, person.id, true);
      }
    }
  }

  /** Tells an operator why the store fails, but not for each of a thousand messages. */
  storeFailed(error: StoreError): void {
    if (this.#storeTold > Date.now() - STORE_TOLD_EVERY) return;
    this.#storeTold = Date.now();
    this.logger("error", "store-failed", errorFields(error));
  }

  reconnected(): void {
    // The first connection, before anybody is here.
    if (!this.#log) return;
    this.members.forgetAll();
    this.feeds.renew();
    void this.announcer.hello();
    void this.checkPositions();
    void this.checkReaders();
  }

  entered(roomId: string, person: Sender): void {
    const open = this.#rooms.get(roomId);
    if (open?.presence.enter(person)) this.#localChange(roomId, open);
  }

  left(roomId: string, userId: string): void {
    const open = this.#rooms.get(roomId);
    if (open?.presence.leave(userId)) this.#localChange(roomId, open);
  }

  #localChange(roomId: string, open: OpenRoom): void {
    open.changedHere = true;
    this.#presenceChanged(roomId, open);
  }

  #say(roomId: string, open: OpenRoom): void {
    const { instance } = this;
    const people = open.presence.here();
    this.sendSignal(roomId, { type: "presence", instance, people });
  }

  #presenceChanged(roomId: string, open: OpenRoom): void {
    const delay = PRESENCE_DELAY + PRESENCE_DELAY_EACH * open.readers;
    open.presenceDue ??= setTimeout(() => {
      open.presenceDue = undefined;
      if (open.changedHere) this.#say(roomId, open);
      open.changedHere = false;
      const online = open.presence.online();
      this.tell(roomId, { event: "presence", roomId, online });
    }, delay);
  }

  /** Repeats who is here for the other instances, and forgets those that fell silent. */
  refreshPresence(): void {
    for (const [roomId, open] of this.#rooms) {
      this.#say(roomId, open);
      if (open.presence.expire()) this.#presenceChanged(roomId, open);
    }
  }

  /** Compares each open room with the log and tells its readers where it is. */
  async checkPositions(): Promise<void> {
    for (const [roomId, { room }] of [...this.#rooms]) {
      try {
        await room.fill();
      } catch (error) {
        const fields = errorFields(error);
        this.logger("warn", "position-check-failed", { ...fields });
        return;
      }
      const offset = room.delivered;
      if (offset < 0) continue;
      this.tell(roomId, { event: "room-activity", roomId, offset });
    }
  }
}
