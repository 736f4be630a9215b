/** A part of something that has bytes, the last included. */
export interface ByteRange {
  from: number;
  to: number;
}

/**
 * The part that a `Range` header asks for (RFC 9110 §14.1.2); undefined for the whole, null for a part
 * that does not exist. Whoever asks for several parts gets the whole, which the RFC allows.
 */
export function byteRange(
  header: string | null,
  size: number,
): ByteRange | null | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  if (!match || match[1] === "" && match[2] === "") return undefined;
  const [, first = "", last = ""] = match;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Number(last);
  if (first !== "" && last !== "" && from > to) return undefined;
  if (from >= size) return null;
  return { from, to: Math.min(to, size - 1) };
}
