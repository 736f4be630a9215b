import { EVERYONE } from "../../realtime/protocol.ts";
import { mentionsIn } from "../client/drawn/mentions.ts";
import type { Services } from "../services.ts";
import { keys, type StoredRoom } from "./store.ts";

/** People of a room who are told by `@room` without a question. */
export const FEW = 20;

/** How many people a text would tell as everyone in the room; null where nobody need be asked. */
export async function toldByAll(
  s: Pick<Services, "kv">,
  roomId: string,
  content: string,
): Promise<number | null> {
  const isAll = mentionsIn(content, [])?.some(({ id }) => id === EVERYONE);
  if (!isAll) return null;
  const { value } = await s.kv.get<StoredRoom>(keys.room(roomId));
  const people = value?.memberCount ?? 0;
  return people > FEW ? people : null;
}
