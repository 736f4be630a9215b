import type { EntryFrame, Mention, Message } from "../../realtime/protocol.ts";
import { mentionsIn, piecesOf } from "../client/drawn/mentions.ts";
import type { RealtimeClient, Services } from "../services.ts";
import { namesOf, peopleIn } from "./names.ts";
import { roomNames } from "./roster.ts";

/** For how long a stream goes on with the names it has looked up: milliseconds. */
const FRESH_MS = 2_000;

type Names = ReadonlyMap<string, string>;

/** A text in which people are called what they are called now, and whom it mentions. */
function calledNow(
  content: string,
  mentions: Mention[],
  names: Names,
): { content: string; mentions: Mention[] } {
  const nameOf = ({ id, name }: Mention) => names.get(id) ?? name;
  return {
    content: piecesOf(content, mentions)
      .map((it) => typeof it === "string" ? it : `@${nameOf(it)}`).join(""),
    mentions: mentions.map((it) => ({ id: it.id, name: nameOf(it) })),
  };
}

/** A message with everybody in it called what they are called now. */
function current(message: Message, names: Names): Message {
  const { content, mentions } = message;
  return {
    ...renamed(message, names),
    ...(mentions ? calledNow(content, mentions, names) : {}),
  };
}

/** The same with the sender's name as it is now. */
function renamed<T extends { sender: Message["sender"] }>(
  said: T,
  names: Names,
): T {
  const name = names.get(said.sender.id);
  return name === undefined || name === said.sender.name
    ? said
    : { ...said, sender: { ...said.sender, name } };
}

/** An entry with the names in it as they are now. */
function renamedEntry(entry: EntryFrame, names: Names): EntryFrame {
  return entry.event === "new-message"
    ? { ...entry, message: current(entry.message, names) }
    : renamed(entry, names);
}

/**
 * The room log with everybody called what they are called now: the log keeps the names that
 * people had when they wrote, and web is where names are.
 */
export function namedRealtime(
  log: RealtimeClient,
  s: Pick<Services, "kv">,
): RealtimeClient {
  async function allCurrent<P extends { messages: Message[] }>(
    roomId: string,
    page: P,
  ): Promise<P> {
    if (page.messages.length === 0) return page;
    const names = await roomNames(s, roomId, peopleIn(page.messages));
    const messages = page.messages.map((message) => current(message, names));
    return { ...page, messages };
  }

  async function oneCurrent(roomId: string, message: Message) {
    const names = await roomNames(s, roomId, peopleIn([message]));
    return current(message, names);
  }

  /** Whom a text mentions that came without script, or from a program that names nobody. */
  const mentioned = async (
    roomId: string,
    content: string,
    before?: Mention[],
  ) =>
    content.includes("@")
      ? mentionsIn(content, await roomNames(s, roomId), before)
      : undefined;

  function renaming(roomId: string) {
    let names: Names = new Map();
    let until = 0;
    return new TransformStream<EntryFrame, EntryFrame>({
      async transform(entry, controller) {
        const people = entry.event === "new-message"
          ? peopleIn([entry.message])
          : [entry.sender.id];
        if (Date.now() >= until || !people.every((id) => names.has(id))) {
          names = await roomNames(s, roomId, people);
          until = Date.now() + FRESH_MS;
        }
        controller.enqueue(renamedEntry(entry, names));
      },
    });
  }

  return {
    ...log,
    async history(account, roomId, page) {
      return allCurrent(roomId, await log.history(account, roomId, page));
    },
    async search(account, search) {
      const page = await log.search(account, search);
      const byRoom = Map.groupBy(page.messages, ({ roomId }) => roomId);
      const names = new Map(
        await Promise.all(
          [...byRoom].map(async ([roomId, messages]) =>
            [roomId, await roomNames(s, roomId, peopleIn(messages))] as const
          ),
        ),
      );
      const messages = page.messages.map((message) => ({
        ...current(message, names.get(message.roomId) ?? new Map()),
        roomId: message.roomId,
      }));
      return { ...page, messages };
    },
    async readFor(roomId, id) {
      return oneCurrent(roomId, await log.readFor(roomId, id));
    },
    async find(account, roomId, id) {
      return oneCurrent(roomId, await log.find(account, roomId, id));
    },
    async post(account, roomId, draft) {
      const mentions = draft.mentions ??
        (draft.content.includes("@")
          ? await mentioned(roomId, draft.content)
          : undefined);
      const message = await log.post(account, roomId, { ...draft, mentions });
      // The text stays: whoever sends it again compares the two.
      const names = await roomNames(s, roomId, [message.sender.id]);
      return renamed(message, names);
    },
    async amend(account, roomId, change) {
      if (change.event !== "edit-message") {
        return oneCurrent(roomId, await log.amend(account, roomId, change));
      }
      const { id, content } = change;
      // Who was mentioned before stays so, whatever they are called by now.
      const before = content.includes("@")
        ? await oneCurrent(roomId, await log.find(account, roomId, id))
        : undefined;
      const mentions = change.mentions ??
        await mentioned(roomId, content, before?.mentions);
      const edited = { ...change, mentions };
      return oneCurrent(roomId, await log.amend(account, roomId, edited));
    },
    async summaries(account, roomIds) {
      const summaries = await log.summaries(account, roomIds);
      const lasts = Object.values(summaries).flatMap(({ last }) => last ?? []);
      const names = await namesOf(s, peopleIn(lasts));
      return Object.fromEntries(
        Object.entries(summaries).map(([roomId, summary]) => {
          const last = summary.last && current(summary.last, names);
          return [roomId, { ...summary, last }];
        }),
      );
    },
    async stream(account, roomId, after, signal) {
      const entries = await log.stream(account, roomId, after, signal);
      return entries.pipeThrough(renaming(roomId));
    },
  };
}
