import { LIMITS } from "../../../realtime/protocol.ts";
import { isBlank } from "../../../realtime/text/visible.ts";
import {
  findMessages,
  type Found,
  type Wanted,
} from "../../rooms/find-messages.ts";
import type { Person, Services } from "../../services.ts";
import { clockOf } from "../requests/clock.ts";
import { type Failure, failureOf } from "../requests/forms.ts";

/** Results on one page. */
const PAGE = 20;

/** What a page about a search shows. */
export interface Searched {
  wanted: Wanted;
  /** Undefined before the first search, and when it failed. */
  found?: Found;
  failure?: Failure;
}

/** Searches for what stands in the address of a page. */
export async function searchPage(
  s: Services,
  me: Person,
  { url, req, requestId }: { url: URL; req: Request; requestId: string },
  roomId?: string,
): Promise<Searched> {
  const query = url.searchParams;
  const typed = (query.get("q") ?? "").trim();
  const cursor = query.get("cursor") ?? undefined;
  const wanted: Wanted = {
    // Whatever stands in an address is sent back no longer than it could be typed.
    typed: typed.slice(0, LIMITS.searchLength),
    order: query.get("order") === "best" ? "best" : "newest",
    cursor: cursor !== undefined && /^\d{1,15}$/.test(cursor)
      ? cursor
      : undefined,
    roomId,
    limit: PAGE,
  };
  if (isBlank(typed)) return { wanted };
  try {
    return { wanted, found: await findMessages(s, me, wanted, clockOf(req)) };
  } catch (error) {
    return { wanted, failure: failureOf(error, [], requestId) };
  }
}
