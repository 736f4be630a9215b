/** Posts to realtime: those that come while others are on their way go out in one call. */
import type { Draft, Message } from "../../realtime/protocol.ts";
import type {
  Post as RealtimePost,
  PostAnswer,
  PostAnswers,
} from "../../realtime/protocol-http.ts";
import { AppError } from "../errors.ts";
import { currentRequestId, inRequest } from "../request-id.ts";
import type { Person } from "../services.ts";
import type { realtimeCalls } from "./realtime-calls.ts";
import { readError, realtimeDown } from "./realtime-errors.ts";

/**
 * One call is under way at a time: with two there were as many answers, and each post took a tenth more
 * of the processor (bench/README.md). One that takes longer than this holds up no others.
 */
const PATIENCE_MS = 100;
/** Posts of one call, and bytes of them: realtime takes 550,000. */
const MOST = 100, BYTES = 400_000;
/** Bytes that a character of JSON takes at most. */
const EACH = 3;
/** A realtime of an earlier version is not asked again for so long, ms. */
const QUIET_MS = 60_000;

interface Post {
  account: Person;
  roomId: string;
  draft: Draft;
  requestId: string | undefined;
}

interface Waiting extends Post {
  token: string;
  /** What realtime is told of it, as JSON: written once, also to know how long it is. */
  text: string;
  /** Bytes, at most. */
  size: number;
  resolve(message: Message): void;
  reject(error: unknown): void;
}

/** We say of files and voice notes that they are there. */
const isVouched = ({ draft }: Post): boolean =>
  Boolean(draft.files ?? draft.voice);

/** The error that realtime answered one of many posts. */
const errorOf = ({ status, body }: PostAnswer): Promise<AppError> =>
  readError(Response.json(body, {
    status,
    headers: status === 429 || status === 503 ? { "retry-after": "2" } : {},
  }));

/** Whether realtime is of an earlier version, which takes one post a call. */
const isUnknown = (error: unknown): boolean =>
  error instanceof AppError && [404, 405].includes(error.status);

/**
 * Posts a message of a person. One that comes while nothing is on its way goes out at once; what comes
 * until a call is answered goes out together, in the order it came.
 *
 * @throws {AppError} as calls do. A call that fails, fails for all whose posts are in it.
 */
export function posting(
  { tokens, callJson, postOften }: ReturnType<typeof realtimeCalls>,
): (account: Person, roomId: string, draft: Draft) => Promise<Message> {
  const waiting: Waiting[] = [];
  let isUnderWay = false;
  /**
   * Posts of the last call. The next takes the mean of that and of what waits, so that people's posts go
   * to realtime in two halves by turns, and web is at work on one while realtime is on the other.
   * Otherwise nearly all end up in one call, and the two wait for one another (bench/README.md).
   */
  let last = 0;
  let aloneUntil = 0;

  function alone(one: Waiting): Promise<void> {
    const { account, roomId, draft, requestId = "" } = one;
    const path = `/rooms/${encodeURIComponent(roomId)}/messages`;
    const posted = inRequest(requestId, () =>
      callJson<Message>(path, {
        token: () => tokens.of(account),
        method: "POST",
        body: draft,
        vouched: isVouched(one),
      }));
    return posted.then(one.resolve, one.reject);
  }

  const eachAlone = (some: Waiting[]) => Promise.all(some.map(alone));

  /** @param answered is called once the next may go. */
  async function together(some: Waiting[], answered: () => void) {
    let answers: PostAnswer[];
    try {
      answers = await answersTo(some);
    } catch (error) {
      const isOld = isUnknown(error);
      if (isOld) aloneUntil = Date.now() + QUIET_MS;
      answered();
      if (isOld) return await eachAlone(some);
      return some.forEach((one) => one.reject(error));
    }
    // What waited is on its way before these are told, which takes as long as realtime does.
    answered();
    for (const [i, one] of some.entries()) settle(one, answers[i]);
  }

  async function answersTo(posts: Waiting[]): Promise<PostAnswer[]> {
    const body = `{"posts":[${posts.map(({ text }) => text).join()}]}`;
    const { answers } = await postOften<PostAnswers>("/posts", body);
    if (answers?.length === posts.length) return answers;
    const why = `${answers?.length} answers to ${posts.length} posts`;
    throw realtimeDown(new TypeError(why));
  }

  /** @param answer may be anything, as long as there is one for each post. */
  function settle(one: Waiting, answer: PostAnswer | null): void {
    const isDone = answer?.status === 200 || answer?.status === 201;
    if (isDone && answer.body) return one.resolve(answer.body as Message);
    refuse(one, answer).catch((error) => one.reject(realtimeDown(error)));
  }

  async function refuse(one: Waiting, answer: PostAnswer | null) {
    if (answer?.status === 401) {
      // It was taken before a sign-out, perhaps of another session: there may be a new one.
      tokens.drop(one.token);
      return await alone(one);
    }
    if (!answer || answer.status < 400) throw new TypeError("No answer.");
    one.reject(await errorOf(answer));
  }

  /** As many of those that wait, in their order, as go out in the next call. */
  function taken(): Waiting[] {
    const most = Math.min(MOST, Math.ceil((waiting.length + last) / 2));
    let size = 0;
    const end = waiting.findIndex((one, i) => {
      size += one.size;
      return i === most || (i > 0 && size > BYTES);
    });
    const some = waiting.splice(0, end < 0 ? waiting.length : end);
    last = some.length;
    return some;
  }

  function goOn(): void {
    if (isUnderWay || waiting.length === 0) return;
    const some = taken();
    if (Date.now() < aloneUntil) {
      eachAlone(some);
      return goOn();
    }
    isUnderWay = true;
    let isOver = false;
    const over = () => {
      clearTimeout(timer);
      if (isOver) return;
      isOver = true;
      isUnderWay = false;
      goOn();
    };
    const timer = setTimeout(over, PATIENCE_MS);
    together(some, over);
  }

  const posted = (post: Post, token: string): Promise<Message> =>
    new Promise((resolve, reject) => {
      const { roomId, draft: message, requestId } = post;
      const vouched = isVouched(post);
      const text = JSON.stringify(
        { token, roomId, message, requestId, vouched } satisfies RealtimePost,
      );
      const size = EACH * text.length;
      waiting.push({ ...post, token, text, size, resolve, reject });
      goOn();
    });

  return (account, roomId, draft) => {
    const requestId = currentRequestId();
    const post = { account, roomId, draft, requestId };
    const token = tokens.ready(account);
    return token === undefined
      ? tokens.of(account).then((token) => posted(post, token))
      : posted(post, token);
  };
}
