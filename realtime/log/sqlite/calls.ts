import type { Kind, NewEntry } from "../entry.ts";
import type { SqliteWrites } from "./writes.ts";

/** What can be written, each a method of {@link SqliteWrites}. */
export type Operation =
  | "append"
  | "moveRead"
  | "beginEpoch"
  | "trim"
  | "deleteSlice"
  | "renameSlice"
  | "restore"
  | "remove"
  | "room";

export type Arguments<O extends Operation> = Parameters<SqliteWrites[O]>;
export type Result<O extends Operation> = ReturnType<SqliteWrites[O]>;
/** One write, as data: an operation and its arguments. */
export type Call = [operation: Operation, ...args: unknown[]];

type Head = [
  roomId: string,
  clientId: string,
  senderId: string,
  timestamp: number,
  kind: Kind,
  target: number | null,
];

/**
 * Calls as one text, which travels to another thread at a fraction of what cloning objects
 * costs: their JSON on a line, then the bodies of appends, a line each. Those are JSON
 * already, and to quote and unquote them would cost more than all the rest.
 */
export function pack(calls: Call[]): string {
  const bodies: string[] = [];
  const heads = calls.map((call) => {
    if (call[0] !== "append") return call;
    const entry = call[1] as NewEntry;
    bodies.push(entry.body);
    const { roomId, clientId, sender, timestamp, kind, target } = entry;
    return ["append", roomId, clientId, sender.id, timestamp, kind, target];
  });
  return [JSON.stringify(heads), ...bodies].join("\n");
}

/** The calls of a text of {@link pack}; of a sender only the id. */
export function unpack(text: string): Call[] {
  const [heads = "[]", ...bodies] = text.split("\n");
  let next = 0;
  return (JSON.parse(heads) as Call[]).map((call) => {
    if (call[0] !== "append") return call;
    const [, roomId, clientId, id, timestamp, kind, target] = call as [
      "append",
      ...Head,
    ];
    const body = bodies[next] ?? "";
    next += 1;
    const sender = { id, name: "" };
    const entry = { roomId, clientId, sender, timestamp, kind, body };
    return ["append", target === null ? entry : { ...entry, target }];
  });
}
