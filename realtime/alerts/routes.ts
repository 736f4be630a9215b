/** What only web may ask of alerts. */
import { FrameError, object } from "../frame-fields.ts";
import { body, type Call, json, number } from "../http/call.ts";
import { entryFrame } from "../log/frame-text.ts";
import { type Entry, parseEntryId } from "../log/entry.ts";
import type { RoomLog } from "../log/log.ts";
import type {
  Alert,
  AlertMessage,
  AlertPage,
  Alerts,
  Positions,
  Removal,
} from "../protocol-http.ts";

/** Entries looked at for one page. */
const PAGE = 500;
/** People asked about at once. */
const PEOPLE = 500;

export async function list({ context }: Call) {
  const { log } = context.hub;
  const noted = await log.alerts();
  const ids = noted.map(({ roomId }) => roomId);
  const positions = await log.positions("", ids);
  const alerts = noted.map((alert) => {
    const { epoch = "", offset = 0 } = positions[alert.roomId] ?? {};
    return { ...alert, epoch, offset };
  });
  return json({ alerts } satisfies Alerts);
}

export async function taken(call: Call) {
  const { context } = call;
  const { taken } = object(await body(call), "The body");
  const alerts = (Array.isArray(taken) ? taken : [taken]).map((it): Alert => {
    const { roomId, receipt } = object(it, "What was taken");
    if (typeof roomId === "string" && typeof receipt === "string") {
      return { roomId, receipt };
    }
    const why = "What was taken has a roomId and a receipt.";
    throw new FrameError("bad-frame", why);
  });
  await context.hub.log.alertsTaken(alerts);
  return new Response(null, { status: 204 });
}

/** Messages that others than their writers deleted; of one that was deleted twice, the first time. */
async function removalsOf(
  log: RoomLog,
  roomId: string,
  entries: Entry[],
): Promise<Removal[]> {
  const found = entries.filter(({ kind }) => kind === "d")
    .map(async (entry): Promise<Removal[]> => {
      const frame = entryFrame(roomId, entry);
      if (frame.event !== "message-deleted") return [];
      const { id, sender: { id: by }, timestamp } = frame;
      const message = await log.find(roomId, id);
      if (message === null || message.sender.id === by) return [];
      const isFirst = message.deletedAt === timestamp;
      return isFirst ? [{ id, by, sender: message.sender.id, timestamp }] : [];
    });
  return (await Promise.all(found)).flat();
}

/** New messages, edits that mention somebody, and what admins deleted, after a position. */
export async function page({ context, url, roomId }: Call) {
  const { log } = context.hub;
  const known = number(url, "after");
  let after = known ?? 0;
  let slice = await log.read(roomId, after, PAGE);
  if (known === undefined || slice.epoch !== url.searchParams.get("epoch")) {
    after = Math.max(0, slice.offset - PAGE);
    slice = await log.read(roomId, after, PAGE);
  }
  const { epoch, entries } = slice;
  const offset = entries.at(-1)?.offset ?? Math.max(after, slice.offset);
  const messages = entries.flatMap((entry): AlertMessage[] => {
    if (entry.parts === "") return [];
    const frame = entryFrame(roomId, entry);
    if (frame.event === "new-message") {
      const { id, sender, timestamp, mentions = [] } = frame.message;
      return [{
        ...{ id, offset: entry.offset, sender: sender.id, timestamp },
        mentions: mentions.map((it) => it.id),
      }];
    }
    if (frame.event !== "message-edited" || !frame.mentions) return [];
    const { id, sender, timestamp, mentions } = frame;
    return [{
      ...{ id, sender: sender.id, timestamp, edited: true },
      offset: parseEntryId(id)?.offset ?? entry.offset,
      mentions: mentions.map((it) => it.id),
    }];
  });
  const more = offset < slice.offset;
  const removals = await removalsOf(log, roomId, entries);
  return json({ epoch, offset, more, messages, removals } satisfies AlertPage);
}

export async function positions(call: Call) {
  const { context, roomId } = call;
  const { people } = object(await body(call), "The body");
  if (!Array.isArray(people) || people.length > PEOPLE) {
    const why = `The field people must be a list of at most ${PEOPLE} ids.`;
    throw new FrameError("bad-frame", why);
  }
  const { log } = context.hub;
  const found = await Promise.all(people.map(async (id) => {
    const { [roomId]: at } = await log.positions(String(id), [roomId]);
    return [String(id), at?.read ?? 0] as const;
  }));
  return json({ positions: Object.fromEntries(found) } satisfies Positions);
}
