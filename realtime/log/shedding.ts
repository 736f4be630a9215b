import type { Parts } from "../protocol.ts";
import type { Written } from "./entry.ts";
import { fieldsText } from "./json.ts";

/**
 * The same entry without what it names that is kept elsewhere: its sender's files and recordings are
 * gone. A text and its mentions stay. What was heard in a voice note only says that it was heard, so
 * that it is not taken for an edit. `lua/rename.lua` does the same.
 */
export function withoutAttached<W extends Written>(entry: W): W {
  const { kind, parts } = entry;
  if (kind !== "m" && kind !== "e" || !/"(files|voice|picture)":/.test(parts)) {
    return entry;
  }
  const { files: _, voice, preview, ...said } = JSON.parse(
    `{${parts}}`,
  ) as Parts;
  const shed = {
    ...said,
    ...(voice && kind === "e" && { voice: { clip: voice.clip } }),
    ...(preview && { preview: { ...preview, picture: undefined } }),
  };
  const text = fieldsText(shed);
  return text === parts ? entry : { ...entry, parts: text, attached: "" };
}

/** Whether an entry leaves its message without a text. */
export const saysNothing = ({ kind, parts }: Written): boolean =>
  (kind === "m" || kind === "e") && parts !== "" &&
  (JSON.parse(`{${parts}}`) as Parts).content === "";
