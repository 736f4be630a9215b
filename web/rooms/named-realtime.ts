import type { EntryFrame, Message } from "../../realtime/protocol.ts";
import type { RealtimeClient, Services } from "../services.ts";
import { namesOf, roomNames } from "./names.ts";

/** For how long a stream goes on with the names it has looked up: milliseconds. */
const FRESH_MS = 2_000;

type Names = Map<string, string>;

const sendersOf = (messages: Message[]) =>
  messages.map(({ sender }) => sender.id);

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
    ? { ...entry, message: renamed(entry.message, names) }
    : renamed(entry, names);
}

const senderOf = (entry: EntryFrame): string =>
  entry.event === "new-message" ? entry.message.sender.id : entry.sender.id;

/**
 * The room log with everybody called what they are called now: the log keeps the names that
 * people had when they wrote, and web is where names are.
 */
export function namedRealtime(
  log: RealtimeClient,
  s: Pick<Services, "kv">,
): RealtimeClient {
  async function current<P extends { messages: Message[] }>(
    roomId: string,
    page: P,
  ): Promise<P> {
    if (page.messages.length === 0) return page;
    const names = await roomNames(s, roomId, sendersOf(page.messages));
    const messages = page.messages.map((message) => renamed(message, names));
    return { ...page, messages };
  }

  function renaming(roomId: string) {
    let names: Names = new Map();
    let until = 0;
    return new TransformStream<EntryFrame, EntryFrame>({
      async transform(entry, controller) {
        const sender = senderOf(entry);
        if (Date.now() >= until || !names.has(sender)) {
          names = await roomNames(s, roomId, [sender]);
          until = Date.now() + FRESH_MS;
        }
        controller.enqueue(renamedEntry(entry, names));
      },
    });
  }

  return {
    ...log,
    async history(account, roomId, page) {
      return current(roomId, await log.history(account, roomId, page));
    },
    async search(account, roomId, query) {
      return current(roomId, await log.search(account, roomId, query));
    },
    async post(account, roomId, draft) {
      const message = await log.post(account, roomId, draft);
      const { messages: [named] } = await current(roomId, {
        messages: [message],
      });
      return named;
    },
    async summaries(account, roomIds) {
      const summaries = await log.summaries(account, roomIds);
      const lasts = Object.values(summaries).flatMap(({ last }) => last ?? []);
      const names = await namesOf(s, sendersOf(lasts));
      return Object.fromEntries(
        Object.entries(summaries).map(([roomId, summary]) => {
          const last = summary.last && renamed(summary.last, names);
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
