/** What a message may say, part by part. */
import {
  clipId,
  type Fields,
  flag,
  FrameError,
  id,
  list,
  object,
  string,
  whole,
} from "./frame-fields.ts";
import {
  type FilePart,
  LIMITS,
  type Mention,
  type Preview,
  type SpokenWord,
  type Voice,
} from "./protocol.ts";
import type { Previewed, Transcript } from "./protocol-http.ts";
import { withFewMarks } from "./text/marks.ts";
import { isBlank } from "./text/visible.ts";

export function content(fields: Fields): string {
  if (typeof fields.content !== "string") {
    throw new FrameError("bad-frame", "The content must be a string.");
  }
  const text = withFewMarks(fields.content.trim());
  if (isBlank(text)) {
    throw new FrameError("message-empty", "Write something first.");
  }
  if (text.length > LIMITS.contentLength) {
    throw new FrameError(
      "message-too-long",
      `A message may have at most ${
        LIMITS.contentLength.toLocaleString("en")
      } characters. Shorten it, or send it in two.`,
    );
  }
  return text;
}

/** A text, and whom it mentions. */
export function text(
  fields: Fields,
): { content: string; mentions?: Mention[] } {
  const text = content(fields);
  if (fields.mentions === undefined) return { content: text };
  if (!Array.isArray(fields.mentions)) {
    throw new FrameError("bad-frame", "The field mentions must be a list.");
  }
  const mentions = new Map<string, Mention>();
  for (const value of fields.mentions.slice(0, LIMITS.mentions)) {
    const fields = object(value, "A mention");
    const name = string(fields, "name", LIMITS.mentionLength);
    const mention = { id: id(fields, "id"), name };
    // Two people cannot be meant by the same words.
    if (!mentions.has(name) && text.includes(`@${name}`)) {
      mentions.set(name, mention);
    }
  }
  return mentions.size === 0
    ? { content: text }
    : { content: text, mentions: [...mentions.values()] };
}

/** Whether a message has no text; one that has another part needs none. */
export const isSilent = ({ content = "" }: Fields): boolean =>
  typeof content === "string" && isBlank(withFewMarks(content.trim()));

/** A voice note; programs may still send its `clip` as they did before messages had parts. */
export function voice(
  { voice, clip }: Fields,
  vouched: boolean,
): Voice | undefined {
  if (voice !== undefined) {
    const fields = object(voice, "The field voice");
    return vouched ? recording(fields) : { clip: clipId(fields) };
  }
  return clip === undefined ? undefined : { clip: clipId({ clip }) };
}

/** A voice note with what web says of it. */
function recording(fields: Fields): Voice {
  const part: Voice = { clip: clipId(fields) };
  if (fields.ms !== undefined) part.ms = whole(fields, "ms");
  if (fields.peaks !== undefined) {
    part.peaks = list(fields, "peaks", LIMITS.peaks)
      .map((peak) => Math.min(100, whole({ peak }, "peak")));
  }
  if (fields.words !== undefined) {
    part.words = list(fields, "words", LIMITS.words).map(spokenWord);
  }
  if (fields.waiting === true) part.waiting = true;
  return part;
}

function spokenWord(value: unknown): SpokenWord {
  const [word, from, to] = Array.isArray(value) ? value : [];
  const fields = { word, from, to };
  return [
    string(fields, "word", LIMITS.wordLength),
    whole(fields, "from"),
    whole(fields, "to"),
  ];
}

/**
 * What web heard in a voice note.
 *
 * @throws {FrameError} `bad-frame`
 */
export function parseTranscript(value: unknown): Transcript {
  const fields = object(value, "The body");
  const { content, voice } = fields;
  if (typeof content !== "string" || content.length > LIMITS.contentLength) {
    throw new FrameError("bad-frame", "The content must be a text.");
  }
  return {
    id: id(fields, "id"),
    content: withFewMarks(content.trim()),
    voice: recording(object(voice, "The field voice")),
  };
}

/**
 * What web found where a message links to; what a page says of itself is text of a stranger's.
 *
 * @throws {FrameError} `bad-frame`
 */
export function parsePreviewed(value: unknown): Previewed {
  const fields = object(value, "The body");
  const given = object(fields.preview, "The field preview");
  const preview: Preview = {
    address: string(given, "address", LIMITS.addressLength),
  };
  if (given.title !== undefined) {
    preview.title = withFewMarks(string(given, "title", LIMITS.previewTitle));
  }
  if (given.description !== undefined) {
    const text = string(given, "description", LIMITS.previewText);
    preview.description = withFewMarks(text);
  }
  if (given.picture !== undefined) {
    preview.picture = file(given.picture);
  }
  return { id: id(fields, "id"), preview };
}

/** The files of a message, with nothing in them that the protocol does not know. */
export function files({ files }: Fields): FilePart[] | undefined {
  if (files === undefined) return undefined;
  if (
    !Array.isArray(files) || files.length === 0 || files.length > LIMITS.files
  ) {
    throw new FrameError(
      "bad-frame",
      `The field files must be a list of 1 to ${LIMITS.files} files.`,
    );
  }
  return files.map(file);
}

function file(value: unknown): FilePart {
  const fields = object(value, "A file");
  const part: FilePart = {
    id: id(fields, "id"),
    name: string(fields, "name", LIMITS.fileNameLength),
    type: string(fields, "type", 100),
    size: whole(fields, "size"),
  };
  if (fields.width !== undefined) {
    part.width = whole(fields, "width");
    part.height = whole(fields, "height");
  }
  if (fields.colour !== undefined) part.colour = colour(fields);
  if (fields.thumbnail !== undefined) {
    part.thumbnail = flag(fields, "thumbnail");
  }
  return part;
}

function colour(fields: Fields): string {
  const value = string(fields, "colour", 7);
  if (/^#[\da-f]{6}$/.test(value)) return value;
  throw new FrameError("bad-frame", "A colour is # and six digits.");
}
