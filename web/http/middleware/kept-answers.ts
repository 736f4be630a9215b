/** The answers given to forms a moment ago, by what the forms are known by. */

/** How long a redirect is given again: a second press follows the first, a new try does not. */
const TAKEN_MS = 30_000;
/** How long a page that says what was wrong is: by then something else may have put it right. */
const REFUSED_MS = 10_000;
/** Answers kept at most: most are a status and a few headers. */
const MOST = 5_000;
/** The most bytes of one page that is kept, and of all of them. */
const PAGE_BYTES = 256 * 1024;
const ALL_BYTES = 16 * 1024 * 1024;

/** An answer that can be given again. */
export interface Kept {
  status: number;
  headers: [string, string][];
  /** The page of a form that was refused; a redirect has none. */
  page?: Uint8Array<ArrayBuffer>;
  /** Who may see that page again. */
  who?: string;
}

/** How long an answer is given again, in milliseconds. */
export const msOf = ({ page }: Pick<Kept, "page">): number =>
  page ? REFUSED_MS : TAKEN_MS;

/** Undefined: the answer is of no kind that is kept. */
type Answer = Promise<Kept | undefined>;

const answers = new Map<string, Answer>();
let bytes = 0;

/** The answer to the form with this key, which may still be under way. */
export const answerTo = (key: string): Answer | undefined => answers.get(key);

/** Keeps what a form will be answered, for as long as somebody may press again. */
export function remember(key: string, answer: Answer): void {
  answers.set(key, answer);
  const [oldest] = answers.keys();
  if (answers.size > MOST) answers.delete(oldest);
  const forget = () => {
    if (answers.get(key) === answer) answers.delete(key);
  };
  answer.then((kept) => {
    if (kept === undefined) return forget();
    const { page } = kept;
    // Others were added since it was looked whether there is room.
    if (bytes + (page?.length ?? 0) > ALL_BYTES) return forget();
    bytes += page?.length ?? 0;
    const over = () => {
      bytes -= page?.length ?? 0;
      forget();
    };
    Deno.unrefTimer(setTimeout(over, msOf(kept)));
  });
}

/**
 * What can be given again of an answer: a redirect, which is what a form that was taken ends in, or
 * the page that says what was wrong with it. Not one that asks to try the same again later: a full
 * disk, too many at once. Undefined then, and where the page is larger than all that is kept.
 */
export async function keptOf(answer: Response): Promise<Kept | undefined> {
  const { status, headers } = answer;
  const isTaken = status >= 300 && status < 400;
  if (isTaken) return { status, headers: [...headers] };
  const isLater = status === 408 || status === 429 ||
    headers.has("retry-after");
  if (status < 400 || status >= 500 || isLater) return undefined;
  const page = await answer.clone().bytes();
  const isLarge = page.length > PAGE_BYTES || bytes + page.length > ALL_BYTES;
  return isLarge ? undefined : { status, headers: [...headers], page };
}

/** The answer, once more. */
export const again = ({ status, headers, page }: Kept): Response =>
  new Response(page, { status, headers });
