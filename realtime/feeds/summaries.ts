import type { Members } from "../access/members.ts";
import type { Person } from "../access/tokens.ts";
import type { RoomLog } from "../log/log.ts";
import type { FeedSummary, RoomSummary } from "../protocol.ts";
import { shown } from "./news.ts";

/** Rooms of one page. */
export const PAGE = 100;

/** A page of ids, in an order of their own, and where the next one begins. */
export function pageOf(
  ids: string[],
  after = "",
  limit = PAGE,
): { ids: string[]; next: string | null } {
  const rest = ids.filter((id) => id > after).sort();
  const page = rest.slice(0, limit);
  return { ids: page, next: rest.length > limit ? page.at(-1) ?? null : null };
}

/** What a feed needs of the hub. */
interface FeedHub {
  log: RoomLog;
  feeds: { roomsOf(userId: string): Promise<string[]> };
  members: Pick<Members, "rolesIn">;
}

/** What a person's feed begins with: of the rooms that are asked for, or a page of all of theirs. */
export async function feedPage(
  hub: FeedHub,
  person: Person,
  { rooms, after }: { rooms?: string[]; after?: string },
): Promise<{ rooms: Record<string, FeedSummary>; next: string | null }> {
  const own = await hub.feeds.roomsOf(person.id);
  const mine = rooms && await hub.members.rolesIn(person, rooms);
  const { ids, next } = mine
    ? { ids: [...mine].flatMap(([id, role]) => role ? id : []), next: null }
    : pageOf(own, after);
  return { rooms: await feedSummaries(hub.log, person.id, ids), next };
}

/** What a feed begins with, of these rooms. */
async function feedSummaries(
  log: RoomLog,
  userId: string,
  ids: string[],
): Promise<Record<string, FeedSummary>> {
  const summaries = await log.summaries(userId, ids);
  return Object.fromEntries(
    Object.entries(summaries).map(([id, summary]) => [id, brief(summary)]),
  );
}

function brief({ last, ...summary }: RoomSummary): FeedSummary {
  if (!last) return { ...summary, last: null };
  const { id, offset, sender, timestamp, deletedAt } = last;
  return {
    ...summary,
    last: {
      ...{ id, offset, sender, timestamp },
      ...shown(last),
      ...(deletedAt === undefined ? {} : { deleted: true }),
    },
  };
}
