import type { Sender } from "../protocol.ts";

/** What instances tell each other about a room; never stored. */
export type Signal =
  | { type: "typing"; sender: Sender }
  | { type: "who"; instance: string }
  | { type: "names"; names: Record<string, string> }
  | { type: "presence"; instance: string; people: Sender[] };

const TYPES = ["typing", "who", "names", "presence"];

/** Reads another instance's signal; null if it speaks a later version. */
export function parseSignal(text: string): Signal | null {
  const value: unknown = JSON.parse(text);
  const known = typeof value === "object" && value !== null &&
    "type" in value && TYPES.includes(String(value.type));
  return known ? value as Signal : null;
}
