import type { Message } from "../../../realtime/protocol.ts";

/**
 * Who reacted, for each emoji: those the page knows by name, then how many more. Empty where it
 * knows nobody.
 *
 * @param names by the person's id.
 */
export const reactorsOf = (
  { reactions = {} }: Message,
  names: Record<string, string>,
): string[] =>
  Object.values(reactions).map((people) => {
    const known = people.flatMap((id) => names[id] ?? []);
    const more = people.length - known.length;
    const list = known.join(", ");
    return list && more ? `${list} and ${more} more` : list;
  });
