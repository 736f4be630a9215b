import { LIMITS } from "../../realtime/protocol.ts";
import { cleanName as cleanLine } from "../clean-name.ts";

/** Characters of an ending that is kept when a name is cut. */
const ENDING = 12;
/** Bytes of a name that stand beside others in an archive: file systems take 255 in all. */
const ARCHIVED_BYTES = 200;
/** What stands in no name on Windows, and what there ends none. */
const RESERVED = /[<>:"|?*/\\]/g, ENDS = /[. ]+$/;

/** A short ending of a name, with its dot, or nothing. */
const endingOf = (name: string): string => {
  const ending = name.match(/\.[^.]+$/)?.[0] ?? "";
  return ending.length <= ENDING ? ending : "";
};

/**
 * The name a file is shown and saved by: no path, and else cleaned as names of people are. What
 * turns its direction is out (`gnp.exe` could look like `exe.png`), and so is what cannot be seen:
 * there would be nothing to press.
 */
export function cleanName(given: string): string {
  const own = given.toWellFormed().split(/[/\\]/).at(-1)!;
  const name = cleanLine(own).replace(/^[. ]+/, "");
  if (name === "") return "file";
  const most = LIMITS.fileNameLength;
  if (name.length <= most) return name;
  const kept = endingOf(name);
  return name.slice(0, most - kept.length).replace(/[\ud800-\udbff]$/, "") +
    kept;
}

/**
 * A name as a part of one in an archive, which any system can unpack: of bytes, not letters. It need
 * be no name of a file: of a room's name, which may have any sign, nothing is left out.
 */
export function archivedName(given: string): string {
  const name = cleanLine(given.toWellFormed()).replace(RESERVED, "_")
    .replace(/^[. ]+/, "").replace(ENDS, "") || "unnamed";
  const bytesOf = (text: string) => new TextEncoder().encode(text).length;
  if (bytesOf(name) <= ARCHIVED_BYTES) return name;
  const ending = endingOf(name);
  const left = new Uint8Array(ARCHIVED_BYTES - bytesOf(ending));
  const { read } = new TextEncoder().encodeInto(name, left);
  return (name.slice(0, read) + ending).replace(ENDS, "");
}

/** How an answer names a file: RFC 6266, with RFC 8187 for what is not ASCII. */
export function dispositionOf(kind: "inline" | "attachment", name: string) {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const coded = encodeURIComponent(name)
    .replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${coded}`;
}
