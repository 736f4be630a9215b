import { fold } from "../text/fold.ts";
import { hasTerms, type Term, wholeTermsIn } from "../text/terms.ts";
import type { Message } from "../protocol.ts";
import type { FoundMessage, Has, SearchPage } from "../protocol-http.ts";

/** What to find in which rooms; whoever asks may see all of them. */
export interface SearchQuery {
  rooms: string[];
  terms: Term[];
  /** Ids of people: what one of them sent. Undefined: anybody. */
  from?: string[];
  has: Has[];
  /** From one moment up to before another, in milliseconds since the Unix epoch. */
  after?: number;
  before?: number;
  order: "newest" | "best";
  /** Where a page before this one ended, in the words of the store that said so. */
  cursor?: string;
  limit: number;
  /** Milliseconds of work, and messages that are looked at whatever that takes; for tests. */
  budget?: number;
  least?: number;
  /** Messages that are looked at before an index is asked; for tests. */
  glance?: number;
}

/** Milliseconds of work one search may cost; whoever wants more goes on from the cursor. */
export const SEARCH_BUDGET = 250;
/**
 * Messages that each search looks at, also where its time is gone: on a busy machine others may have
 * had all of it, and nothing would be found that was said a moment ago.
 */
export const SEARCH_LEAST = 200;
/** So many of the newest messages that are found are put in order, the best first. */
export const BEST_OF = 200;

const LINK = /https?:\/\/\S/i;

const HAS: Record<Has, (message: Message) => boolean> = {
  file: ({ files }) => files !== undefined,
  link: ({ content }) => LINK.test(content),
  voice: ({ voice }) => voice !== undefined,
};

/** Which of the things that can be searched for a message has. */
export const hasOf = (message: Message): Has[] =>
  (Object.keys(HAS) as Has[]).filter((has) => HAS[has](message));

/** All the text of a message in which words are found, folded. */
export const textOf = ({ content, files = [], preview }: Message): string =>
  fold(
    [content, ...files.map(({ name }) => name), preview?.title ?? ""]
      .join("\n"),
  );

/** What was found, and what it was found in: it is put in order by that. */
interface Finding {
  message: FoundMessage;
  text: string;
}

/** What a search has found so far, newest first. */
export class Findings {
  readonly #found: Finding[] = [];
  readonly #from: Set<string> | undefined;
  /** How many messages were looked at, and in how many of those each term was, if that is asked. */
  looked = 0;
  readonly #having: number[];

  constructor(readonly query: SearchQuery) {
    this.#from = query.from && new Set(query.from);
    this.#having = query.terms.map(() => 0);
  }

  get #wanted(): number {
    const { order, limit } = this.query;
    return order === "best" ? Math.max(BEST_OF, limit) : limit;
  }

  /** No more are wanted. */
  get full(): boolean {
    return this.#found.length >= this.#wanted;
  }

  /** How many have to be looked at in all, if those that were counted are like the others. */
  get expected(): number {
    return this.looked * this.#wanted / this.#found.length;
  }

  /** Takes a message as it reads now, if it is what was looked for. */
  look(roomId: string, message: Message): void {
    if (!this.#isWanted(message)) return;
    const { terms } = this.query;
    const text = terms.length === 0 ? "" : textOf(message);
    if (hasTerms(text, terms)) this.#keep(roomId, message, text);
  }

  /** The same, and counts in how many messages each of the terms is: see {@link shareOf}. */
  lookAndCount(roomId: string, message: Message): void {
    if (message.deletedAt !== undefined) return;
    const text = textOf(message);
    let hasAll = true;
    this.query.terms.forEach((term, i) => {
      if (hasTerms(text, [term])) this.#having[i]! += 1;
      else hasAll = false;
    });
    this.looked += 1;
    if (hasAll && this.#isWanted(message)) this.#keep(roomId, message, text);
  }

  /** In what part of the messages that were counted a term was, from 0 to 1. */
  shareOf(term: number): number {
    return this.looked === 0 ? 0 : this.#having[term]! / this.looked;
  }

  #keep(roomId: string, message: Message, text: string): void {
    this.#found.push({ message: { ...message, roomId }, text });
  }

  /** Whether all but its words is as it was asked for. */
  #isWanted(message: Message): boolean {
    const { sender, timestamp, deletedAt } = message;
    const { after = 0, before = Infinity, has } = this.query;
    if (deletedAt !== undefined) return false;
    if (timestamp < after || timestamp >= before) return false;
    if (this.#from && !this.#from.has(sender.id)) return false;
    return has.every((one) => HAS[one](message));
  }

  /** What was found, in the order that was asked for. */
  page(rest: Omit<SearchPage, "messages" | "bestOf">): SearchPage {
    const { order, limit, terms } = this.query;
    // Rooms that were put back are stored after what is newer.
    this.#found.sort((a, b) => b.message.timestamp - a.message.timestamp);
    if (order === "newest") {
      return { messages: this.#found.map(({ message }) => message), ...rest };
    }
    const scored = this.#found.map(({ message, text }) => ({
      message,
      score: scoreOf(text, terms),
    }));
    scored.sort((a, b) => b.score - a.score);
    const messages = scored.slice(0, limit).map(({ message }) => message);
    return { messages, ...rest, bestOf: scored.length };
  }
}

/**
 * How well a text fits: words that end where the text's end, words in the order they were typed,
 * and little beside them. Those that fit equally stay in the order of time.
 */
function scoreOf(text: string, terms: Term[]): number {
  const inOrder = terms.length > 1 &&
    text.includes(terms.map((term) => term.text).join(" "));
  return 2 * wholeTermsIn(text, terms) + (inOrder ? terms.length : 0) +
    1 / (1 + text.length / 200);
}
