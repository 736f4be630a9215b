/** Mentions while one writes: whom the text means, and the question before all are told. */
import { EVERYONE, type Mention } from "../../../realtime/protocol.ts";
import { fold } from "../../../realtime/text/fold.ts";
import { DELETED_PERSON } from "../drawn/deleted-person.ts";
import { mentionsIn, ROOM } from "../drawn/mentions.ts";
import type { Offer, Source } from "./complete.ts";
import type { OpenRoom } from "./room.ts";

/** People who are told without a question: rooms/everyone.ts has the same. */
const FEW = 20;
/** Offers at once: what a phone shows above its keyboard. */
const AT_ONCE = 6;

type MentionRoom = Pick<OpenRoom, "state" | "mentionsIn">;

/** Whom one can call by name: nobody reads what is written to an account that is gone. */
const called = (names: Record<string, string>) =>
  Object.entries(names).filter(([, name]) => name !== DELETED_PERSON);

/** People whose name, or a word of it, begins with what was typed; then everyone. */
export function offersOf(
  names: Record<string, string>,
  me: string,
  typed: string,
): Offer[] {
  const wanted = fold(typed);
  const others = called(names).filter(([id]) => id !== me)
    .map(([, name]) => ({ name, folded: fold(name) }))
    .filter(({ folded }) => folded !== ROOM);
  const first = others.filter(({ folded }) => folded.startsWith(wanted));
  const second = others.filter((one) =>
    !first.includes(one) && one.folded.includes(` ${wanted}`)
  );
  const offers = [...first, ...second].slice(0, AT_ONCE)
    .map(({ name }) => ({ text: name, label: name }));
  // What is typed in full is still a choice, but not one that stays in the way of Enter.
  if (offers.some(({ text }) => fold(text) === wanted)) return [];
  return ROOM.startsWith(wanted) && wanted !== ROOM
    ? [...offers, { text: ROOM, label: `${ROOM} (everyone here)` }]
    : offers;
}

/** Whom a text mentions; everyone only if the writer, once asked, means it. */
function meant(
  room: MentionRoom,
  content: string,
  before?: Mention[],
): Mention[] | undefined {
  const { names } = room.state();
  const found = mentionsIn(content, called(names), before);
  const isAsked = before?.some(({ id }) => id === EVERYONE);
  const people = Object.keys(names).length;
  const isFine = isAsked || people <= FEW ||
    !found?.some(({ id }) => id === EVERYONE) ||
    confirm(
      `@room tells everyone in this room, and it has ${people} people or more. If you cancel, it is sent without telling them.`,
    );
  return isFine ? found : found?.filter(({ id }) => id !== EVERYONE);
}

/** Finds people in what is sent from now on; gives what offers them while they are typed. */
export function mention(room: MentionRoom): Source {
  room.mentionsIn = (content, before) => meant(room, content, before);
  const { me } = room.state();
  return {
    sign: "@",
    name: "People",
    find: (typed) => offersOf(room.state().names, me, typed),
  };
}
