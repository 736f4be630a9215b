/** Who is in a room now, and who writes. */
import type { Sender } from "../../../realtime/protocol.ts";

/** What is said of one person, of two, and of one and so many others. */
type Sentences = ((one: string, other: string | number) => string)[];

const HERE: Sentences = [
  (one) => `${one} is here`,
  (one, two) => `${one} and ${two} are here`,
  (one, others) => `${one} and ${others} others are here`,
];
const WRITE: Sentences = [
  (one) => `${one} is typing…`,
  (one, two) => `${one} and ${two} are typing…`,
  (one, others) => `${one} and ${others} others are typing…`,
];

/** Says something of these people but the reader; nothing when there is nobody. */
function who(people: Sender[], me: string, sentences: Sentences) {
  const [one, two, ...more] = people.filter(({ id }) => id !== me);
  return one && sentences[more.length ? 2 : two ? 1 : 0](
    one.name,
    more.length ? more.length + 1 : two?.name,
  );
}

/** Says who else is here. */
export const here = (people: Sender[], me: string): string =>
  who(people, me, HERE) ?? "Only you are here";

/** Says who else is typing; nothing when nobody is. */
export const writing = (people: Sender[], me: string): string | undefined =>
  who(people, me, WRITE);
