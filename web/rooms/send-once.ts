import type { Draft, Message, Role } from "../../realtime/protocol.ts";
import type { Person, Services } from "../services.ts";

/**
 * Sends what a form carries. The same form sent again is one message, whatever became of the first
 * answer. With other words in it, as when somebody goes on in the form of a message that was stored
 * although its answer got lost, it is a message of its own, and neither is dropped.
 *
 * @throws {AppError} what the room log throws.
 */
export async function sendOnce(
  { roomLog }: Pick<Services, "roomLog">,
  account: Person,
  roles: Record<string, Role>,
  roomId: string,
  draft: Draft,
): Promise<Message> {
  const stored = await roomLog.post(account, roles, roomId, draft);
  const { content, editedAt, deletedAt } = stored;
  const isChanged = editedAt !== undefined || deletedAt !== undefined;
  if (isChanged || content === draft.content.trim()) return stored;
  const anew = { ...draft, clientId: crypto.randomUUID() };
  return await roomLog.post(account, roles, roomId, anew);
}
