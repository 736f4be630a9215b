import { fold } from "../../../realtime/text/fold.ts";
import { hasTerms } from "../../../realtime/text/terms.ts";
import { withFewMarks } from "../../../realtime/text/marks.ts";
import { isBlank } from "../../../realtime/text/visible.ts";
import {
  type EntryFrame,
  EVERYONE,
  type Message,
} from "../../../realtime/protocol.ts";
import type {
  MemberList,
  Removal,
  SessionsEnded,
} from "../../../realtime/protocol-http.ts";
import { AppError } from "../../errors.ts";
import { madeFrom } from "../../made-from.ts";
import { updated } from "../../rooms/testing.ts";
import type { RealtimeClient } from "../../services.ts";

/** A room log in memory, which tests can make unreachable. */
export interface MemoryRealtime extends RealtimeClient {
  isDown: boolean;
  /** What it was told of sessions that ended. */
  ended: SessionsEnded[];
  /** What it was told of people who are called otherwise. */
  renamed: { roomId: string; names: Record<string, string> }[];
}

const EPOCH = "memory";

/** Behaves like realtime for what pages use of it. */
export function memoryRealtime(): MemoryRealtime {
  let moment = 0;
  const epoch = crypto.randomUUID();
  const now = () => `${epoch}.${moment}`;
  const rooms = new Map<string, Message[]>();
  const read = new Map<string, number>();
  const lists = new Map<string, MemberList>();
  const noted = new Set<string>();
  const removals = new Map<string, Removal[]>();
  const listeners = new Set<(message: EntryFrame) => void>();
  const messagesOf = (roomId: string) => rooms.get(roomId) ?? [];
  const removalsOf = (roomId: string) => removals.get(roomId) ?? [];

  function known(roomId: string, id: string): Message {
    const message = messagesOf(roomId).find((one) => one.id === id);
    if (message) return message;
    throw new AppError({
      code: "not-found",
      status: 404,
      message: "There is no such message.",
    });
  }

  function replace(roomId: string, message: Message): Message {
    const all = messagesOf(roomId);
    rooms.set(roomId, all.map((it) => it.id === message.id ? message : it));
    return message;
  }

  /** What somebody reads, as realtime says it: with the moment at which it was so. */
  function reading<T>(person: { id: string }, work: () => T): Promise<T> {
    madeFrom()?.said(person.id, now());
    return checked(work, false);
  }

  async function checked<T>(work: () => T, changes = true): Promise<T> {
    await Promise.resolve();
    if (changes) moment += 1;
    if (log.isDown) {
      madeFrom()?.unsure();
      throw new AppError({
        code: "realtime-down",
        status: 503,
        message: "Messages are unavailable at the moment.",
      });
    }
    return work();
  }

  const log: MemoryRealtime = {
    isDown: false,
    ended: [],
    renamed: [],

    history: (account, roomId, { before, after, limit = 50 }) =>
      reading(account, () => {
        const all = messagesOf(roomId);
        const chosen = all.filter(({ offset }) =>
          offset < (before ?? Infinity) && offset > (after ?? 0)
        );
        return {
          messages: after === undefined
            ? chosen.slice(-limit)
            : chosen.slice(0, limit),
          epoch: EPOCH,
          offset: all.length,
        };
      }),

    search: (_account, search) =>
      checked(() => {
        const { cursor, limit = 50, rooms, terms, from } = search;
        const found = rooms.flatMap((roomId) =>
          messagesOf(roomId).map((message) => ({ ...message, roomId }))
        )
          .sort((a, b) => a.timestamp - b.timestamp || a.offset - b.offset)
          .filter(({ offset, content, sender }) =>
            offset < Number(cursor ?? Infinity) &&
            (from === undefined || from.includes(sender.id)) &&
            hasTerms(fold(content), terms)
          ).reverse();
        const messages = found.slice(0, limit);
        const isMore = found.length > limit;
        return {
          ...{ messages, next: isMore ? `${messages.at(-1)!.offset}` : null },
          bestOf: search.order === "best" ? found.length : undefined,
        };
      }),

    find: (_account, roomId, id) =>
      checked(() => {
        return known(roomId, id);
      }),

    amend: (account, roomId, change) =>
      checked(() => {
        const message = known(roomId, change.id);
        if (message.deletedAt && change.event !== "delete-message") {
          throw new AppError({
            code: "not-found",
            status: 404,
            message: "The message was deleted.",
          });
        }
        if (change.event === "react") {
          const reactions = { ...message.reactions };
          const others = (reactions[change.emoji] ?? [])
            .filter((id) => id !== account.id);
          const people = change.on ? [...others, account.id] : others;
          if (people.length) reactions[change.emoji] = people;
          else delete reactions[change.emoji];
          return replace(roomId, { ...message, reactions });
        }
        const own = message.sender.id === account.id;
        const may = own ||
          (change.event === "delete-message" &&
            lists.get(roomId)?.members[account.id] === "admin");
        if (!may) {
          throw new AppError({
            code: "forbidden",
            status: 403,
            message: "Only the person who wrote a message can change it.",
          });
        }
        if (!own && !message.deletedAt) {
          const { id, sender: { id: sender } } = message;
          const removal = { id, sender, by: account.id, timestamp: Date.now() };
          removals.set(roomId, [...removalsOf(roomId), removal]);
          noted.add(roomId);
        }
        return change.event === "edit-message"
          ? replace(roomId, {
            ...message,
            content: withFewMarks(change.content.trim()),
            mentions: change.mentions,
            editedAt: Date.now(),
          })
          : replace(roomId, {
            ...message,
            content: "",
            voice: undefined,
            files: undefined,
            deletedAt: Date.now(),
          });
      }),

    post: (
      account,
      roomId,
      { clientId, content, replyTo, voice, files, mentions },
    ) =>
      checked(() => {
        const all = messagesOf(roomId);
        const first = all.find((message) => message.clientId === clientId);
        if (first) return first;
        const seen = withFewMarks(content.trim());
        const text = isBlank(seen) ? "" : seen;
        if (!files && !voice && text === "" || text.length > 4_000) {
          throw new AppError({
            code: "message-length",
            status: 422,
            message: "A message has 1 to 4,000 characters.",
          });
        }
        const message: Message = {
          id: `m${all.length + 1}`,
          clientId,
          sender: { id: account.id, name: account.name },
          content: text,
          replyTo,
          voice,
          files,
          mentions,
          timestamp: Date.now(),
          offset: all.length + 1,
        };
        rooms.set(roomId, [...all, message]);
        if (mentions || lists.get(roomId)?.loud) noted.add(roomId);
        const { offset } = message;
        const entry: EntryFrame = {
          event: "new-message",
          roomId,
          epoch: EPOCH,
          offset,
          message,
        };
        for (const listen of listeners) listen(entry);
        return message;
      }),

    stillSo: ({ since }) =>
      Promise.resolve(!log.isDown && since === now() ? since : null),

    summaries: (account, roomIds) =>
      reading(account, () => {
        const summaries = roomIds.map((roomId) => {
          const all = messagesOf(roomId);
          const seen = read.get(account.id + roomId) ?? 0;
          const unread = all.filter(({ offset, sender }) =>
            offset > seen && sender.id !== account.id
          );
          return [roomId, {
            epoch: EPOCH,
            offset: all.length,
            read: seen,
            unread: unread.length,
            mentioned: unread.filter(({ mentions = [] }) =>
              mentions.some(({ id }) => [account.id, EVERYONE].includes(id))
            ).length,
            last: all.at(-1) ?? null,
          }];
        });
        return Object.fromEntries(summaries);
      }),

    activity: (account) =>
      reading(account, () =>
        Object.fromEntries(
          [...rooms].flatMap(([id, all]) => {
            const last = all.at(-1);
            return last ? [[id, last.timestamp]] : [];
          }),
        )),

    markRead: (account, roomId, offset) =>
      checked(() => {
        read.set(account.id + roomId, offset);
      }),

    handOver: (roomId, list) => checked(() => void lists.set(roomId, list)),

    updateMembers: (roomId, update) =>
      checked(() => {
        const list = updated(lists.get(roomId), update);
        if (list) lists.set(roomId, list);
        return list !== undefined;
      }),

    namesChanged: (roomId, names) =>
      checked(() => void log.renamed.push({ roomId, names })),

    roomRenamed: () => checked(() => {}),

    sessionsEnded: (which) => checked(() => void log.ended.push(which)),

    rename: () => checked(() => ({})),

    transcript: (roomId, { id, content, voice }) =>
      checked(() => {
        const message = known(roomId, id);
        const text = message.content || content;
        replace(roomId, { ...message, voice, content: text });
      }),

    clips: (roomId) =>
      checked(() => ({
        clips: messagesOf(roomId).flatMap(({ id, sender, voice }) =>
          voice ? [{ id: voice.clip, owner: sender.id, message: id }] : []
        ),
        files: [],
      })),

    written: (roomId, userId) =>
      checked(() => ({
        messages: messagesOf(roomId).filter(({ sender, deletedAt }) =>
          sender.id === userId && deletedAt === undefined
        ),
        reactions: messagesOf(roomId).flatMap(({ id, reactions = {} }) => {
          const emoji = Object.keys(reactions)
            .filter((one) => reactions[one].includes(userId));
          return emoji.length > 0 ? [{ message: id, emoji }] : [];
        }),
      })),

    withdraw: (roomId, { userId }) =>
      checked(() => {
        for (const message of messagesOf(roomId)) {
          if (message.sender.id !== userId) continue;
          message.content = "";
          message.deletedAt = Date.now();
        }
        return {};
      }),

    leftovers: () => checked(() => []),

    showPreview: (roomId, { id, preview }) =>
      checked(() => {
        const shown = preview.title ? preview : undefined;
        replace(roomId, { ...known(roomId, id), preview: shown });
      }),

    leftoversTaken: () => checked(() => {}),

    alerts: () =>
      checked(() =>
        [...noted].map((roomId) => ({
          ...{ roomId, receipt: roomId, epoch: EPOCH },
          offset: messagesOf(roomId).length + removalsOf(roomId).length,
        }))
      ),

    alertsTaken: (taken) =>
      checked(() => taken.forEach(({ roomId }) => noted.delete(roomId))),

    alertPage: (roomId, after) =>
      checked(() => {
        const all = messagesOf(roomId);
        const messages = all.filter(({ offset }) =>
          offset > (after?.offset ?? 0)
        ).map(({ id, offset, sender, timestamp, mentions = [] }) => ({
          ...{ id, offset, timestamp, sender: sender.id },
          mentions: mentions.map((it) => it.id),
        }));
        return {
          ...{ epoch: EPOCH, offset: all.length, more: false, messages },
          removals: removalsOf(roomId),
        };
      }),

    positions: (roomId, people) =>
      checked(() =>
        Object.fromEntries(
          people.map((id) => [id, read.get(id + roomId) ?? 0]),
        )
      ),

    readFor: (roomId, id) => checked(() => known(roomId, id)),

    endRoom: (roomId) => checked(() => void removals.delete(roomId)),

    stream: (_account, roomId, after, signal) =>
      checked(() => {
        let listen: (entry: EntryFrame) => void;
        return new ReadableStream<EntryFrame>({
          start(controller) {
            listen = (entry) => {
              if (entry.roomId === roomId) controller.enqueue(entry);
            };
            for (const message of messagesOf(roomId)) {
              const { offset } = message;
              if (offset <= after) continue;
              listen({
                event: "new-message",
                roomId,
                epoch: EPOCH,
                offset,
                message,
              });
            }
            listeners.add(listen);
            signal.addEventListener("abort", () => {
              listeners.delete(listen);
              controller.error(signal.reason);
            });
          },
        });
      }),
  };
  return log;
}
