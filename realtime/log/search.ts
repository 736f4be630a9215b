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
  /** Milliseconds of work; for tests. */
  budget?: number;
}

/** Milliseconds of work one search may cost; whoever wants more goes on from the cursor. */
export const SEARCH_BUDGET = 250;
/** So many of the newest messages that are found are put in order, the best first. */
export const BEST_OF = 500;

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

/** What a search has found so far, newest first. */
export class Findings {
  readonly #found: FoundMessage[] = [];
  readonly #from: Set<string> | undefined;

  constructor(readonly query: SearchQuery) {
    this.#from = query.from && new Set(query.from);
  }

  /** No more are wanted. */
  get full(): boolean {
    const { order, limit } = this.query;
    return this.#found.length >= (order === "best" ? BEST_OF : limit);
  }

  /** Takes a message as it reads now, if it is what was looked for. */
  look(roomId: string, message: Message): void {
    if (this.#isWanted(message)) this.#found.push({ ...message, roomId });
  }

  #isWanted(message: Message): boolean {
    const { sender, timestamp, deletedAt } = message;
    const { after = 0, before = Infinity, has, terms } = this.query;
    if (deletedAt !== undefined) return false;
    if (timestamp < after || timestamp >= before) return false;
    if (this.#from && !this.#from.has(sender.id)) return false;
    if (!has.every((one) => HAS[one](message))) return false;
    return terms.length === 0 || hasTerms(textOf(message), terms);
  }

  /** What was found, in the order that was asked for. */
  page(rest: Omit<SearchPage, "messages">): SearchPage {
    const { order, limit, terms } = this.query;
    // Rooms that were put back are stored after what is newer.
    this.#found.sort((a, b) => b.timestamp - a.timestamp);
    if (order === "newest") return { messages: this.#found, ...rest };
    const scored = this.#found.map((message) => ({
      message,
      score: scoreOf(textOf(message), terms),
    }));
    scored.sort((a, b) => b.score - a.score);
    const messages = scored.slice(0, limit).map(({ message }) => message);
    return { messages, ...rest };
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
