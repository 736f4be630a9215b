/** What telling somebody of a message takes, in whatever way. */
import type { Message } from "../../realtime/protocol.ts";
import { plainOf } from "../../realtime/text/markup.ts";
import { AppError } from "../errors.ts";
import { namesOf } from "../rooms/names.ts";
import {
  keys as roomKeys,
  type Membership,
  type StoredRoom,
} from "../rooms/store.ts";
import { textOf } from "../client/drawn/files.tsx";
import type { Services } from "../services.ts";
import { choiceOf } from "./settings.ts";
import { keys, messageOf, type Notice, setNotice } from "./store.ts";

export type DeliverServices = Pick<
  Services,
  "kv" | "realtime" | "push" | "mailer" | "config"
>;

/** Characters of a message in a notification. */
const WORDS = 180;

/** A notice that this process has to itself. */
export interface Held {
  accountId: string;
  /** See `noticeId`. */
  id: string;
  notice: Notice;
  versionstamp: string;
}

/** Another process has a notice by now. */
export class NoticeLost extends Error {
  override name = "NoticeLost";

  constructor() {
    super("Another process has this notice.");
  }
}

/** Writes what became of a notice. @throws {NoticeLost} */
export async function keep(
  kv: Deno.Kv,
  held: Held,
  change: Partial<Notice>,
): Promise<void> {
  const { accountId, id } = held;
  const key = keys.notice(accountId, id);
  const notice = { ...held.notice, ...change };
  const commit = kv.atomic().check({ key, versionstamp: held.versionstamp });
  const done = await setNotice(commit, accountId, id, notice, held.notice)
    .commit();
  if (!done.ok) throw new NoticeLost();
  held.notice = notice;
  held.versionstamp = done.versionstamp;
}

/** The message, unless nobody is to be told of it any more. */
export async function toTell(
  { kv, realtime }: DeliverServices,
  { accountId, id, notice }: Pick<Held, "accountId" | "id"> & {
    notice: Pick<Notice, "roomId" | "offset" | "why">;
  },
): Promise<Message | null> {
  const { roomId, offset, why } = notice;
  const [membership, choice, positions] = await Promise.all([
    kv.get<Membership>(roomKeys.member(roomId, accountId)),
    choiceOf({ kv }, accountId, roomId),
    realtime.positions(roomId, [accountId]),
  ]);
  const isRead = (positions[accountId] ?? 0) >= offset;
  if (membership.value === null || choice === "none" || isRead) return null;
  if (why === "all" && choice !== "all") return null;
  try {
    const found = await realtime.readFor(roomId, messageOf(id));
    return found.deletedAt === undefined ? found : null;
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return null;
    throw error;
  }
}

/** A text as a notification shows it. */
export function firstWords(message: Message): string {
  const text = plainOf(textOf(message)).replace(/\s+/g, " ").trim();
  if (text === "") return message.voice ? "A voice note" : "A message";
  return text.length > WORDS
    ? `${text.slice(0, WORDS).toWellFormed().trimEnd()}…`
    : text;
}

/** What a device shows of a message. */
export async function payload(
  { kv }: Pick<Services, "kv">,
  { id, notice }: {
    id: string;
    notice: Pick<Notice, "roomId" | "offset" | "sender" | "why">;
  },
  told: Message,
  wordless: boolean,
): Promise<string> {
  const { roomId, offset, sender, why } = notice;
  const [names, room] = await Promise.all([
    namesOf({ kv }, [sender]),
    kv.get<StoredRoom>(roomKeys.room(roomId)),
  ]);
  const name = names.get(sender) ?? "";
  const roomName = why === "direct" ? "" : room.value?.name ?? "";
  return JSON.stringify({
    kind: "message",
    title: name,
    room: roomName,
    body: wordless ? "You have a new message." : firstWords(told),
    url: `/rooms/${roomId}/around/${offset}#${messageOf(id)}`,
    ...{ roomId, offset, tag: id },
  });
}
