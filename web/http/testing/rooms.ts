/** A room, and who made it. */
import { createRoom } from "../../rooms/rooms.ts";
import type { TestApp } from "./app.ts";

/** A person with a room of hers. */
export async function withRoom(app: TestApp, name = "Bakery") {
  const ada = await app.person("Ada");
  const room = await createRoom(app.services, ada.account, name);
  return { ...ada, room, path: `/rooms/${room.id}` };
}

/** The path in the last invitation that was "sent". */
export const invitationPath = (app: TestApp): string =>
  app.mails.at(-1)!.text.match(/\/invitations\/[\w-]+/)![0];

/** The text of an answer. */
export const html = async (
  answer: Response | Promise<Response>,
): Promise<string> => await (await answer).text();
