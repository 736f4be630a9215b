import type { Kind, NewEntry } from "../entry.ts";
import { lineOf } from "../lines.ts";
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
  | "signOut"
  | "putMembers"
  | "updateMembers"
  | "dropMember"
  | "room"
  | "forgetLeftovers"
  | "noteAlert"
  | "forgetAlerts";

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
 * costs: their JSON on a line, then the lines of what is appended. To quote and unquote those
 * would cost more than all the rest.
 */
export function pack(calls: Call[]): string {
  const lines: string[] = [];
  const heads = calls.map((call) => {
    if (call[0] !== "append") return call;
    const entry = call[1] as NewEntry;
    lines.push(lineOf(entry));
    const { roomId, clientId, sender, timestamp, kind, target } = entry;
    return ["append", roomId, clientId, sender.id, timestamp, kind, target];
  });
  return [JSON.stringify(heads), ...lines].join("\n");
}

/**
 * The calls of a text of {@link pack}. What is appended is a `NewLine` from here on, and of
 * its sender only the id is told.
 */
export function unpack(text: string): Call[] {
  const [heads = "[]", ...lines] = text.split("\n");
  let next = 0;
  return (JSON.parse(heads) as Call[]).map((call) => {
    if (call[0] !== "append") return call;
    const [, roomId, clientId, id, timestamp, kind, target] = call as [
      "append",
      ...Head,
    ];
    const line = lines[next] ?? "";
    next += 1;
    const sender = { id, name: "" };
    const entry = { roomId, clientId, sender, timestamp, kind, line };
    return ["append", target === null ? entry : { ...entry, target }];
  });
}
