import { Parser } from "htmlparser2";
import { LIMITS } from "../../realtime/protocol.ts";
import { isBlank } from "../../realtime/text/visible.ts";

/** What a page says of itself. */
export interface PageSays {
  title: string;
  description?: string;
  /** The address of a picture. */
  picture?: URL;
}

/** What may be in a head; at anything else it has ended (HTML §13.2.6.4.4). */
const HEAD = [
  ...["html", "head", "meta", "title", "link", "base", "script", "style"],
  ...["noscript", "template"],
];
/** Elements that are looked at: a head of any size has fewer. */
const MOST = 2_000;
/** Characters handed to the parser at a time. */
const SLICE = 16_384;
/** Characters that turn the direction of what follows, and what is no character. */
const NO_TEXT =
  /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\p{Cc}\u2028\u2029\ufeff]/gu;

/** Reads the head of a page; undefined if it has no title. */
export function readPage(
  bytes: Uint8Array,
  type: string,
  address: URL,
): PageSays | undefined {
  const { meta, title } = headOf(decoded(bytes, type));
  const named = cleanText(meta.get("og:title") || title, LIMITS.previewTitle);
  if (named === undefined) return undefined;
  const about = meta.get("og:description") || meta.get("description") || "";
  const picture = URL.parse(meta.get("og:image") ?? "", address);
  return {
    title: named,
    description: cleanText(about, LIMITS.previewText),
    picture: meta.get("og:image") && picture ? picture : undefined,
  };
}

function headOf(html: string) {
  const meta = new Map<string, string>();
  let title = "", count = 0, isTitle = false, isOver = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      isOver ||= !HEAD.includes(name) || ++count > MOST;
      if (isOver) return parser.pause();
      isTitle = name === "title" && title === "";
      if (name !== "meta") return;
      const key = attributes.property ?? attributes.name;
      // The first counts.
      if (!key || meta.has(key.toLowerCase())) return;
      meta.set(key.toLowerCase(), attributes.content ?? "");
    },
    ontext(text) {
      if (isTitle && title.length < SLICE) title += text;
    },
    onclosetag(name) {
      if (name === "title") isTitle = false;
    },
  });
  for (let at = 0; at < html.length && !isOver; at += SLICE) {
    parser.write(html.slice(at, at + SLICE));
  }
  return { meta, title };
}

/** A page's bytes as text, in the encoding it says. */
function decoded(bytes: Uint8Array, type: string): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 1_024));
  const [, label = "utf-8"] = /charset=["']?([\w-]{1,40})/i.exec(type) ??
    /<meta[^>]{1,200}charset=["']?([\w-]{1,40})/i.exec(start) ?? [];
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    // One that nobody knows.
    return new TextDecoder().decode(bytes);
  }
}

/** One line in one direction, of so many characters; undefined if there is nothing to read. */
export function cleanText(given: string, most: number): string | undefined {
  const line = given.slice(0, 8 * most).toWellFormed().replace(NO_TEXT, " ")
    .replace(/\s+/g, " ").trim();
  if (isBlank(line)) return undefined;
  if (line.length <= most) return line;
  return `${line.slice(0, most - 1).toWellFormed().trimEnd()}…`;
}
