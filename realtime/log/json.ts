import type { Parts, Sender } from "../protocol.ts";
import type { Attachment } from "../protocol-http.ts";

/** The JSON text of an object's fields, without its braces. */
export const fieldsText = (fields: object): string =>
  JSON.stringify(fields).slice(1, -1);

/** What a sender's parts name that is kept elsewhere: a JSON array, or empty. */
export function attachedText(
  { id: owner }: Sender,
  { voice, files }: Partial<Parts>,
): string {
  if (!voice && !files) return "";
  const attached: Attachment[] = (files ?? []).map(({ id }) => ({
    kind: "file",
    id,
    owner,
  }));
  if (voice) attached.push({ kind: "clip", id: voice.clip, owner });
  return attached.length === 0 ? "" : JSON.stringify(attached);
}
