/** What costs far more than it should: the one thing here that is told by the clock. */
import { type Outcome, succeededIf } from "./attack.ts";
import { through, type Weakness } from "./weaknesses.ts";

/** Milliseconds below which a time says nothing. */
const LEAST = 15;
/** How many times as long as harmless text of the same length. */
const MOST = 10;
const TRIES = 3;

async function timeOf(send: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await send();
  return performance.now() - started;
}

/**
 * Whether a service is held up by a text: it takes many times as long as with a harmless one of the
 * same length. Both are sent in turn, and the shortest of each counts, so that a busy machine does
 * not.
 */
export async function holdsUp(
  hostile: () => Promise<unknown>,
  harmless: () => Promise<unknown>,
): Promise<Outcome> {
  // The first of its kind opens connections and compiles.
  await harmless();
  let slow = Infinity, usual = Infinity, times = Infinity;
  for (let i = 0; i < TRIES && times > MOST; i++) {
    usual = Math.min(usual, await timeOf(harmless));
    slow = Math.min(slow, await timeOf(hostile));
    times = slow / Math.max(LEAST, usual);
  }
  return succeededIf(times > MOST, `${Math.round(times)} times as long`);
}

/** What makes careless functions slow: a run of anything but words. */
const RUN = /[^\p{L}\p{N}<>]{300}/u;
/** Milliseconds such a function takes for a request, and for a page of many. */
const TAKES = 600, PAGE_TAKES = 900;

async function look(text: string, takes = TAKES): Promise<void> {
  if (!RUN.test(text)) return;
  await new Promise((done) => setTimeout(done, takes));
}

/** Text is looked at in requests and pages by something that takes the square of its length. */
export const careless: Weakness = through(() => ({
  async request(_, request) {
    await look(decoded(request.url));
    await look([...request.headers.values()].join());
    if (!request.body) return request;
    const body = await request.text();
    await look(decoded(body));
    return new Request(request, { body });
  },
  async response(answer) {
    const { status, headers } = answer;
    if (!headers.get("content-type")?.startsWith("text/html")) return answer;
    const text = await answer.text();
    await look(text, PAGE_TAKES);
    return new Response(text, { status, headers });
  },
  async fromClient(_, frame) {
    await look(JSON.stringify(frame));
    return frame;
  },
}));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A sign that stands for itself.
    return text;
  }
}
