import { FrameError, object } from "../frame-fields.ts";
import type { SearchQuery } from "../log/search.ts";
import { LIMITS } from "../protocol.ts";
import type { Has, SearchPage } from "../protocol-http.ts";
import type { Person } from "../access/tokens.ts";
import type { Term } from "../text/terms.ts";
import type { Hub } from "./hub.ts";

/** In one search, web is asked about at most so many rooms whether the person is in them. */
const ASKED = 500;
/** People whose messages are looked for at once. */
const PEOPLE = 100;
const KINDS: Has[] = ["file", "link", "voice"];

/**
 * What a body asks for.
 *
 * @throws {FrameError} `bad-frame` if it is not as `Search` says, or asks for nothing or too much.
 */
export function parseSearch(body: unknown): SearchQuery {
  const fields = object(body, "The body");
  const order = fields.order ?? "newest";
  if (order !== "newest" && order !== "best") {
    throw refused("The field order must be newest or best.");
  }
  const query: SearchQuery = {
    order,
    rooms: strings(fields, "rooms", LIMITS.roomsEach) ?? [],
    terms: terms(fields.terms ?? []),
    from: strings(fields, "from", PEOPLE),
    has: (strings(fields, "has", KINDS.length) ?? []).map(kind),
    after: whole(fields, "after"),
    before: whole(fields, "before"),
    cursor: whole(fields, "cursor", true)?.toString(),
    limit: Math.min(
      Math.max(whole(fields, "limit") ?? 50, 1),
      LIMITS.historyLimit,
    ),
  };
  const { from, has, after, before } = query;
  const isDated = after !== undefined || before !== undefined;
  if (query.terms.length + has.length > 0 || from || isDated) return query;
  throw refused("Say what to search for.");
}

/** Finds messages in those of the rooms that a person is in, also when the search is done. */
export async function search(
  { log, members }: Hub,
  person: Person,
  query: SearchQuery,
): Promise<SearchPage> {
  const own = new Set(await log.members.roomsOf(person.id));
  const [known, others] = [
    query.rooms.filter((id) => own.has(id)),
    query.rooms.filter((id) => !own.has(id)).slice(0, ASKED),
  ];
  const asked = await members.rolesIn(person, others);
  const rooms = [...known, ...others.filter((id) => asked.get(id))];
  if (rooms.length === 0 || query.from?.length === 0) {
    return { messages: [], next: null };
  }
  const page = await log.search({ ...query, rooms });
  const found = [...new Set(page.messages.map(({ roomId }) => roomId))];
  const roles = await members.rolesIn(person, found);
  const messages = page.messages.filter(({ roomId }) => roles.get(roomId));
  return { ...page, messages };
}

const refused = (why: string) => new FrameError("bad-frame", why);

function terms(value: unknown): Term[] {
  if (!Array.isArray(value)) throw refused("The field terms must be a list.");
  const terms = value.map((one) => {
    const { text, whole } = object(one, "A term");
    if (typeof text === "string" && text !== "" && typeof whole === "boolean") {
      return { text, whole };
    }
    throw refused("A term has a text, and says whether it is whole.");
  });
  const length = terms.reduce((sum, { text }) => sum + text.length, 0);
  if (length <= LIMITS.searchLength) return terms;
  throw refused(`Search for at most ${LIMITS.searchLength} characters.`);
}

function kind(value: string): Has {
  const known = KINDS.find((it) => it === value);
  if (known) return known;
  throw refused("The field has must name files, links or voice.");
}

function strings(
  fields: Record<string, unknown>,
  name: string,
  most: number,
): string[] | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length <= most &&
    value.every((it) => typeof it === "string" && it.length <= 64);
  if (isList) return [...new Set(value as string[])];
  throw refused(`The field ${name} must be a list of at most ${most} texts.`);
}

function whole(
  fields: Record<string, unknown>,
  name: string,
  isText = false,
): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  const number = isText && typeof value === "string" ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= 0) {
    return number as number;
  }
  throw refused(`The field ${name} must be a whole number.`);
}
