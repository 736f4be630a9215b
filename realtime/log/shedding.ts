import type { Parts } from "../protocol.ts";
import type { Written } from "./entry.ts";
import { fieldsText } from "./json.ts";

/** What is attached to an entry that was shed: nothing, and it is known that there was something. */
const SHED = "[]";

/** Whether what was attached to an entry was taken out. */
export const wasShed = ({ attached }: Written): boolean => attached === SHED;

/** What has to go elsewhere when an entry goes, as it is attached; empty where nothing has. */
export const leftoverOf = (entry: Written): string =>
  wasShed(entry) ? "" : entry.attached;

/**
 * The same entry without what it names that is kept elsewhere: its sender's files and recordings are
 * gone. A text and its mentions stay. What was heard in a voice note only says that it was heard, so
 * that it is not taken for an edit. {@link wasShed} tells it from then on: whoever breaks off before
 * everybody was told finds it again. `lua/rename.lua` does the same.
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
  return text === parts ? entry : { ...entry, parts: text, attached: SHED };
}

/** Whether an entry leaves its message without a text. */
export const saysNothing = ({ kind, parts }: Written): boolean =>
  (kind === "m" || kind === "e") && parts !== "" &&
  (JSON.parse(`{${parts}}`) as Parts).content === "";
