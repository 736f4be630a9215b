import { checkWrites } from "../access/members.ts";
import type { Person } from "../access/tokens.ts";
import type { Waiter } from "../log/log.ts";
import { messageEntry, originOf } from "../log/making.ts";
import type { Amendment, ClientFrame, Draft, Role } from "../protocol.ts";
import { amendMessage, prepared } from "../rooms/actions.ts";
import type { Hub } from "../rooms/hub.ts";
import { mayNameEmoji } from "../text/emoji-names.ts";

type Said = Extract<ClientFrame, { event: "chat-message" }>;

/** A socket that writes to rooms. */
export interface Writer {
  readonly context: { readonly hub: Hub };
  readonly closed: boolean;
  /** Who waits for an append; `stored` hears the id of an entry that is new. */
  waiter(
    roomId: string,
    clientId: string,
    stored?: (id: string) => void,
  ): Waiter;
}

/**
 * Appends a message of a member. What nobody has to be told of, and names no emoji, is on its way to
 * the store when this returns; for the rest the next frame waits, so that order is kept.
 *
 * @param role of the person in the room, once it is known.
 * @throws {FrameError} `not-member`, `members-unavailable`, `room-archived`
 */
export function say(
  writer: Writer,
  person: Person,
  { roomId, message }: Said,
  role: Role | Promise<Role>,
): Promise<void> | undefined {
  const { members } = writer.context.hub;
  const isPlain = !message.mentions && typeof role === "string" &&
    !members.isLoud(roomId) && !mayNameEmoji(message.content);
  if (!isPlain) return tellOf(writer, person, { roomId, message }, role);
  checkWrites(role, message.clientId);
  append(
    writer,
    person,
    roomId,
    message,
    drafted(writer, person, roomId, message),
  );
}

async function tellOf(
  writer: Writer,
  person: Person,
  { roomId, message }: Pick<Said, "roomId" | "message">,
  role: Role | Promise<Role>,
): Promise<void> {
  const { hub } = writer.context;
  checkWrites(await role, message.clientId);
  const { draft, stored } = await prepared(hub, person, roomId, message);
  if (writer.closed) return;
  const waiter = drafted(writer, person, roomId, draft);
  const resolve: Waiter["resolve"] = (done) => {
    waiter.resolve(done);
    stored();
  };
  append(writer, person, roomId, draft, { ...waiter, resolve });
}

function append(
  writer: Writer,
  person: Person,
  roomId: string,
  draft: Draft,
  waiter: Waiter,
): void {
  const origin = originOf(person, roomId, draft.clientId);
  writer.context.hub.log.appendFor(waiter, messageEntry(origin, draft));
}

/** The waiter of a message: once it is stored, web is told of links in it, if there may be any. */
function drafted(
  writer: Writer,
  person: Person,
  roomId: string,
  { clientId, content }: Draft,
): Waiter {
  if (!content.includes("://")) return writer.waiter(roomId, clientId);
  return writer.waiter(
    roomId,
    clientId,
    (id) => writer.context.hub.linked(person, roomId, id, content),
  );
}

/** Edits or deletes a message, or reacts to it; the next frame waits, so that order is kept. */
export async function amend(
  writer: Writer,
  person: Person,
  frame: Amendment,
  known: Role | Promise<Role>,
): Promise<void> {
  const { roomId, clientId } = frame;
  const { hub } = writer.context;
  const role = await known;
  const { resolve, reject } = writer.waiter(roomId, clientId);
  await amendMessage(hub, person, role, frame).then((done) => {
    resolve(done);
    hub.amended(person, frame);
  }, reject);
}
