/** What a run leaves behind for the checker: plain data, nothing but what was seen. */

/** A message as a client showed it, or as the log holds it. */
export interface Shown {
  offset: number;
  sender: string;
  clientId: string;
  content: string;
}

/** One change of what a client shows of its room. */
export type Change =
  | { kind: "window"; epoch: string; offset: number; messages: Shown[] }
  | { kind: "entry"; message: Shown };

/** An acknowledgement, as it came over the wire. */
export interface Ack {
  clientId: string;
  offset: number;
}

/** What one client did and saw, from its own side alone. */
export interface ClientRecord {
  client: string;
  room: string;
  /** Everything it wrote, in that order: clientId and content. */
  sent: Map<string, string>;
  acks: Ack[];
  /** What it showed, anew each time the page was loaded; the last view is the one at the end. */
  views: Change[][];
  /** At the end, what it tells the person is not sent yet, or failed. */
  unsent: Set<string>;
}

/** A room's log as read over HTTP after the run, oldest first. */
export interface RoomRecord {
  room: string;
  epoch: string;
  /** The newest offset the server names. */
  offset: number;
  messages: Shown[];
}

export interface RunRecord {
  clients: ClientRecord[];
  rooms: RoomRecord[];
}
