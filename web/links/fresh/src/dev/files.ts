import { getMimeType } from "hono/utils/mime";

/** A short name for contents: 16 hexadecimal digits of their SHA-256. */
export async function hash(
  contents: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
  const bytes = typeof contents === "string"
    ? new TextEncoder().encode(contents)
    : contents;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex().slice(0, 16);
}

/** The Content-Type for a file name. */
export function typeOf(name: string): string {
  return getMimeType(name) ?? "text/plain; charset=utf-8";
}
