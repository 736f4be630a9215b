import { entryId } from "../log/entry.ts";
import { attachmentsOf } from "../log/lines.ts";
import type { RoomLog } from "../log/log.ts";
import { amendmentEntry, originOf } from "../log/making.ts";
import { LIMITS, type Message, type Sender } from "../protocol.ts";
import type {
  Rename,
  Renamed,
  RoomClips,
  Withdrawal,
  Withdrawn,
  WrittenBy,
} from "../protocol-http.ts";

/** Milliseconds after which one call is answered; whoever asked goes on from there. */
const BUDGET = 200;

/**
 * Has the log call a person otherwise, and forget the files and voice notes they sent, for as long as
 * one call may take: what is left is for the next one, from `after`. The store does it in slices, and
 * everything else in between. A message that has nothing else to say is deleted, for everybody who
 * looks, and the pages that show another are told what it has lost.
 */
export async function renameFor(
  log: RoomLog,
  { userId, name, after }: Rename,
  budget = BUDGET,
): Promise<Renamed> {
  const started = performance.now();
  const sender = { id: userId, name };
  let from = after;
  do {
    const slice = await log.rename(userId, name, from);
    await Promise.all((slice.shed ?? []).map(async ({ roomId, id }) => {
      const message = await log.find(roomId, id);
      if (!message || message.deletedAt !== undefined) return;
      if (saysNothing(message)) await deleteAs(log, sender, roomId, message);
      else await tellShed(log, sender, roomId, message);
    }));
    from = slice.after;
  } while (from !== undefined && performance.now() - started < budget);
  return { after: from };
}

const saysNothing = ({ content, files, voice, deletedAt }: Message): boolean =>
  content === "" && !files && !voice && deletedAt === undefined;

/** Deletes a message in its sender's name; a second time stores nothing. */
function deleteAs(
  log: RoomLog,
  sender: Sender,
  roomId: string,
  message: Message,
): Promise<unknown> {
  // No client may call a message so: see CLIENT_ID of frame-fields.ts.
  const clientId = `withdrawn/${message.id}`;
  const origin = originOf({ sender }, roomId, clientId);
  return log.append(amendmentEntry(origin, message, { kind: "d" }));
}

/**
 * Tells everybody who looks, and whoever comes back, that a message has lost what its sender kept
 * elsewhere; a second time stores nothing.
 */
function tellShed(
  log: RoomLog,
  sender: Sender,
  roomId: string,
  message: Message,
): Promise<unknown> {
  const { id, content } = message;
  const origin = originOf({ sender }, roomId, `shed/${id}`);
  // The entry that has the picture may come later.
  const preview = { address: "", ...message.preview, picture: undefined };
  return log.append(
    amendmentEntry(origin, message, {
      kind: "e",
      content,
      preview,
      shed: true,
    }),
  );
}

/**
 * The clips and files of the messages of a room that come after an offset, in a part of its entries.
 */
export async function clipsOf(
  log: RoomLog,
  roomId: string,
  after = 0,
): Promise<RoomClips> {
  const limit = LIMITS.recoveryEntries;
  const { entries, offset } = await log.read(roomId, after, limit);
  const all = entries.flatMap(({ epoch, offset, attached }) =>
    attachmentsOf(attached)
      .map((it) => ({ ...it, message: entryId(epoch, offset) }))
  );
  const clips = all.filter(({ kind }) => kind === "clip")
    .map(({ id, owner, message }) => ({ id, owner, message }));
  const files = all.filter(({ kind }) => kind === "file").map(({ id }) => id);
  const last = entries.at(-1)?.offset ?? offset;
  return last < offset ? { clips, files, after: last } : { clips, files };
}

/** Messages of a person that one call gives, or a page more. */
const WRITTEN = 400;

/**
 * What a person wrote in a part of a room, as it is now, oldest first: those of the messages after an
 * offset that are theirs and were not deleted, for as long as one call may take; and what they chose
 * under any of them.
 */
export async function writtenBy(
  log: RoomLog,
  roomId: string,
  userId: string,
  after = 0,
  budget = BUDGET,
): Promise<WrittenBy> {
  const limit = LIMITS.historyLimit;
  const started = performance.now();
  const written: Message[] = [];
  const reactions: WrittenBy["reactions"] = [];
  let from = after;
  do {
    const { messages } = await log.page(roomId, { after: from, limit });
    written.push(
      ...messages.filter(({ sender, deletedAt }) =>
        sender.id === userId && deletedAt === undefined
      ),
    );
    reactions.push(...messages.flatMap(({ id, reactions = {} }) => {
      const emoji = Object.keys(reactions)
        .filter((one) => reactions[one]?.includes(userId));
      return emoji.length > 0 ? [{ message: id, emoji }] : [];
    }));
    const last = messages.at(-1);
    if (!last || messages.length < limit) {
      return { messages: written, reactions };
    }
    from = last.offset;
  } while (written.length < WRITTEN && performance.now() - started < budget);
  return { messages: written, reactions, after: from };
}

/**
 * Deletes what a person wrote in a part of a room, in their name and for everybody who looks. Done
 * twice, it is done once.
 */
export async function withdraw(
  log: RoomLog,
  roomId: string,
  { userId, name, after }: Withdrawal,
): Promise<Withdrawn> {
  const { messages, after: next } = await writtenBy(log, roomId, userId, after);
  const sender = { id: userId, name };
  await Promise.all(
    messages.map((message) => deleteAs(log, sender, roomId, message)),
  );
  return { after: next };
}
