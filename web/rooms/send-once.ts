import { LIMITS, type Message } from "../../realtime/protocol.ts";
import { AppError } from "../errors.ts";
import { hasSuchFiles, type WithFiles } from "../files/send.ts";
import type { Person, Services } from "../services.ts";
import { postMessage } from "../voices/send.ts";
import { asStored } from "./as-stored.ts";

/** What to throw for a message of more characters than are taken. */
export const messageTooLong = (): AppError => {
  const most = LIMITS.contentLength.toLocaleString("en");
  return new AppError({
    code: "message-too-long",
    status: 422,
    message:
      `A message may have at most ${most} characters. Shorten it, or send it in two.`,
  });
};

/**
 * Sends what a form carries. The same form sent again is one message, whatever became of the first
 * answer. With other words in it, as when somebody goes on in the form of a message that was stored
 * although its answer got lost, it is a message of its own, and neither is dropped.
 *
 * @throws {AppError} `message-too-long` (422), here and not in realtime, which would not even read
 * half a megabyte; what the room log throws.
 */
export async function sendOnce(
  s: Pick<Services, "kv" | "files" | "realtime" | "config" | "signer">,
  account: Person,
  roomId: string,
  { content: written, ...rest }: WithFiles,
): Promise<Message> {
  const draft = { ...rest, content: await asStored(written) };
  if (draft.content.length > LIMITS.contentLength) throw messageTooLong();
  const stored = await postMessage(s, account, roomId, draft);
  const { content, editedAt, deletedAt } = stored;
  const isChanged = editedAt !== undefined || deletedAt !== undefined;
  // Its words may have been heard since.
  const isHeard = draft.content === "" && draft.voice !== undefined &&
    draft.voice.clip === stored.voice?.clip;
  const isSame = (content === draft.content || isHeard) &&
    await hasSuchFiles(s, stored, draft.files);
  if (isChanged || isSame) return stored;
  const anew = { ...draft, clientId: crypto.randomUUID() };
  return await postMessage(s, account, roomId, anew);
}
