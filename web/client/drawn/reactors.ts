import type { Message } from "../../../realtime/protocol.ts";

/**
 * Who reacted, a line for each emoji: those the page knows by name, then how many more. A line
 * is empty where it knows nobody.
 *
 * @param names by the person's id.
 */
export const reactorsOf = (
  { reactions = {} }: Message,
  names: Map<string, string>,
): string =>
  Object.values(reactions).map((people) => {
    const known = people.flatMap((id) => names.get(id) ?? []);
    const more = people.length - known.length;
    const list = known.join(", ");
    return list && more ? `${list} and ${more} more` : list;
  }).join("\n");
