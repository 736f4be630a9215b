import { LIMITS } from "../../realtime/protocol.ts";

/** Characters that turn the direction of what follows: `gnp.exe` could look like `exe.png`. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Line breaks and what else is no character. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\ufeff]+/gu;
/** Characters of an ending that is kept when a name is cut. */
const ENDING = 12;

/** The name a file is shown and saved by: one line, no path, and read in one direction. */
export function cleanName(given: string): string {
  const name = given.toWellFormed().split(/[/\\]/).at(-1)!
    .replace(TURNING, "").replace(INVISIBLE, " ").trim()
    .replace(/^\.+/, "").trim();
  if (name === "") return "file";
  const most = LIMITS.fileNameLength;
  if (name.length <= most) return name;
  const ending = name.match(/\.[^.]+$/)?.[0] ?? "";
  const kept = ending.length <= ENDING ? ending : "";
  return name.slice(0, most - kept.length).replace(/[\ud800-\udbff]$/, "") +
    kept;
}

/** How an answer names a file: RFC 6266, with RFC 8187 for what is not ASCII. */
export function dispositionOf(kind: "inline" | "attachment", name: string) {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const coded = encodeURIComponent(name)
    .replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${coded}`;
}
