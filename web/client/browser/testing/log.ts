/** The server's side of a room in the plainest words, in the hands of a test. */
import type {
  EntryFrame,
  Message,
  Sender,
  ServerFrame,
} from "../../../../realtime/protocol.ts";
import type { HistoryPage } from "../../../../realtime/protocol-http.ts";
import { changed } from "../entries.ts";
import { initialState, type RoomState, type Unsent } from "../room-state.ts";

export const ME = { id: "me", name: "Me" };
export const ADA = { id: "ada", name: "Ada" };
export const ROOM = "room";
const WINDOW = 5;
type Joined = Extract<ServerFrame, { event: "room-joined" }>;

/** A log, and what reading it gives. */
export class Log {
  epoch = 1;
  entries: EntryFrame[] = [];

  get offset() {
    return this.entries.length;
  }

  append(entry: (at: Base) => EntryFrame): EntryFrame {
    const offset = this.offset + 1;
    const made = entry({
      roomId: ROOM,
      epoch: `${this.epoch}`,
      offset,
      clientId: `c${offset}`,
      sender: ADA,
    });
    this.entries.push(made);
    return made;
  }

  say(content: string, sender = ADA, clientId?: string): EntryFrame {
    const known = this.entries.find((e) =>
      e.event === "new-message" && e.message.clientId === clientId
    );
    return known ?? this.append((at) => ({
      ...at,
      event: "new-message",
      message: {
        id: `m${at.offset}`,
        clientId: clientId ?? `c${at.offset}`,
        sender,
        content,
        timestamp: at.offset,
        offset: at.offset,
      },
    }));
  }

  all(): Message[] {
    const messages = new Map<string, Message>();
    for (const entry of this.entries) {
      if (entry.event === "new-message") {
        messages.set(entry.message.id, entry.message);
      } else {
        const message = messages.get(entry.id);
        if (message) messages.set(entry.id, changed(message, entry));
      }
    }
    return [...messages.values()];
  }

  page(before = Infinity, limit = WINDOW): HistoryPage {
    return {
      messages: this.all().filter((m) => m.offset < before).slice(-limit),
      epoch: `${this.epoch}`,
      offset: this.offset,
    };
  }

  /** What follows an offset, as a page of up to 50. */
  after(offset: number): HistoryPage {
    return {
      messages: this.all().filter((m) => m.offset > offset).slice(0, 50),
      epoch: `${this.epoch}`,
      offset: this.offset,
    };
  }

  join(since?: { epoch: string; offset: number }): Joined {
    const recovered = since?.epoch === `${this.epoch}` &&
      since.offset <= this.offset && this.offset - since.offset <= 8;
    return {
      event: "room-joined",
      roomId: ROOM,
      epoch: `${this.epoch}`,
      offset: this.offset,
      recovered,
      read: 0,
      messages: recovered ? [] : this.page().messages,
      entries: recovered ? this.entries.slice(since.offset) : [],
      online: [ME],
    };
  }

  lose() {
    this.epoch++;
    this.entries = [];
  }
}
type Base = {
  roomId: string;
  epoch: string;
  offset: number;
  clientId: string;
  sender: Sender;
};

/** A page of the room as the log has it now. */
export const open = (log: Log): RoomState =>
  initialState({ roomId: ROOM, me: ME.id, history: log.page(), read: 0 });

/** A message of mine that says its own clientId. */
export const unsent = (clientId: string): Unsent => ({
  clientId,
  content: clientId,
  timestamp: 1,
  status: "sending",
});

export const ack = (clientId: string, offset: number): ServerFrame => ({
  event: "message-ack",
  roomId: ROOM,
  clientId,
  id: `m${offset}`,
  offset,
  timestamp: 1,
});
