/** How files come into messages: only whoever sent one may name it, once, in its own room. */
import {
  type Draft,
  type FilePart,
  LIMITS,
  type Message,
} from "../../realtime/protocol.ts";
import { untilCommitted } from "../accounts/store.ts";
import { AppError } from "../errors.ts";
import type { Person, Services } from "../services.ts";
import { fileGone, tooManyFiles } from "./errors.ts";
import { keys, partOf, read, setSent, type StoredFile } from "./records.ts";

type SendServices = Pick<Services, "kv" | "files" | "realtime">;

/** What a client may say of a message, with the ids of its files. */
export type WithFiles = Omit<Draft, "files"> & { files?: string[] };

/**
 * Posts a message with files that were added before. Sent again under its clientId it is the same
 * message; files that came again with it are in none, and swept.
 *
 * @throws {AppError} `file-gone`, `too-many-files` (422); what the room log throws.
 */
export function postWithFiles(
  s: SendServices,
  account: Person,
  roomId: string,
  { files: ids = [], ...draft }: WithFiles,
): Promise<Message> {
  return ids.length === 0
    ? s.realtime.post(account, roomId, draft)
    : postWithSome(s, account, roomId, draft, ids);
}

async function postWithSome(
  s: SendServices,
  account: Person,
  roomId: string,
  draft: Omit<Draft, "files">,
  ids: string[],
): Promise<Message> {
  if (ids.length > LIMITS.files) throw tooManyFiles(LIMITS.files);
  const isMine = (file: StoredFile) =>
    file.owner === account.id && file.roomId === roomId;
  const files: FilePart[] = [];
  for (const id of new Set(ids)) {
    files.push(await claim(s, id, draft.clientId, isMine));
  }
  try {
    const message = await s.realtime.post(account, roomId, { ...draft, files });
    const said = new Set(message.files?.map(({ id }) => id));
    for (const { id } of files) {
      await settle(s, id, said.has(id) ? message : null);
    }
    return message;
  } catch (error) {
    // It was refused, so that it can be sent in another message. After anything else it may have
    // been stored: the sweep finds out.
    if (error instanceof AppError && error.status < 500) {
      for (const { id } of files) await settle(s, id, null);
    }
    throw error;
  }
}

/** Whether a message has just such files as those with these ids, which may have come again. */
export async function hasSuchFiles(
  s: Pick<Services, "kv">,
  { files = [] }: Message,
  ids: string[] = [],
): Promise<boolean> {
  const given = await Promise.all(ids.map((id) => read(s, id)));
  const told = (some: Pick<FilePart, "name" | "size">[]) =>
    JSON.stringify(some.map(({ name, size }) => [name, size]));
  return told(files) === told(given.flatMap(({ value }) => value ?? []));
}

/** Makes a file this message's own. */
export async function claim(
  s: SendServices,
  id: string,
  clientId: string,
  may: (file: StoredFile) => boolean,
): Promise<FilePart> {
  return await untilCommitted(async () => {
    const entry = await read(s, id);
    const file = entry.value;
    if (file === null || !may(file)) throw fileGone();
    const again = file.clientId === clientId;
    if (again && file.state === "sent") return partOf(file);
    if (file.state !== "whole" && !(again && file.state === "claimed")) {
      throw fileGone();
    }
    const { ok } = await s.kv.atomic().check(entry)
      .set(entry.key, { ...file, state: "claimed", clientId })
      .set([...keys.loose(), id], Date.now())
      .commit();
    return ok ? partOf(file) : undefined;
  });
}

/** Says what became of a claim: the message it is in, or none. */
async function settle(
  s: SendServices,
  id: string,
  message: Message | null,
): Promise<void> {
  await untilCommitted(async () => {
    const entry = await read(s, id);
    if (entry.value?.state !== "claimed") return true;
    const commit = s.kv.atomic().check(entry);
    if (message) setSent(commit, entry.value, message.timestamp, message.id);
    else commit.set(entry.key, { ...entry.value, state: "whole" });
    return (await commit.commit()).ok || undefined;
  });
}
