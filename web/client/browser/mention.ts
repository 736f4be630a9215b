/** Mentions while one writes: whom the text means, and the question before all are told. */
import { EVERYONE, type Mention } from "../../../realtime/protocol.ts";
import { fold } from "../../../realtime/text/fold.ts";
import { mentionsIn, ROOM } from "../drawn/mentions.ts";
import type { Offer, Source } from "./complete.ts";
import type { OpenRoom } from "./room.ts";

/** People who are told without a question: rooms/everyone.ts has the same. */
const FEW = 20;
/** Offers at once: what a phone shows above its keyboard. */
const AT_ONCE = 6;

type MentionRoom = Pick<OpenRoom, "state" | "mentionsIn">;

/** People whose name, or a word of it, begins with what was typed; then everyone. */
export function offersOf(
  names: Record<string, string>,
  me: string,
  typed: string,
): Offer[] {
  const wanted = fold(typed);
  const called = Object.entries(names).filter(([id]) => id !== me)
    .map(([, name]) => ({ name, folded: fold(name) }))
    .filter(({ folded }) => folded !== ROOM);
  const first = called.filter(({ folded }) => folded.startsWith(wanted));
  const second = called.filter((one) =>
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
  const found = mentionsIn(content, Object.entries(names), before);
  const isAsked = before?.some(({ id }) => id === EVERYONE);
  const people = Object.keys(names).length;
  const isFine = isAsked || people <= FEW ||
    !found?.some(({ id }) => id === EVERYONE) ||
    confirm(
      `@room tells everyone in this room, and it has ${people} people or more. If you cancel, it is sent without telling them.`,
    );
  return isFine ? found : found?.filter(({ id }) => id !== EVERYONE);
}

/** Offers people while they are typed, and finds them in what is sent, until the signal. */
export function mention(
  room: MentionRoom,
  input: HTMLTextAreaElement,
  signal: AbortSignal,
): void {
  room.mentionsIn = (content, before) => meant(room, content, before);
  const { me } = room.state();
  const people: Source = {
    sign: "@",
    name: "People",
    find: (typed) => offersOf(room.state().names, me, typed),
  };
  let asked = false;
  input.addEventListener("input", async () => {
    if (asked || !input.value.includes("@")) return;
    asked = true;
    try {
      (await import("./complete.ts")).complete(input, signal, [people]);
    } catch {
      // Offline: names can be typed in full, and the next key tries again.
      asked = false;
    }
  }, { signal });
}
