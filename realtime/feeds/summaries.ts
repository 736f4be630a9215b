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

/** What a feed begins with, of these rooms. */
export async function feedSummaries(
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
