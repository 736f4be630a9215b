/** Posts to realtime: those that come while others are on their way go out in one call. */
import type { Draft, Message } from "../../realtime/protocol.ts";
import type { PostAnswer, PostAnswers } from "../../realtime/protocol-http.ts";
import { AppError } from "../errors.ts";
import { currentRequestId, inRequest } from "../request-id.ts";
import type { Person } from "../services.ts";
import type { realtimeCalls } from "./realtime-calls.ts";
import { readError, realtimeDown } from "./realtime-errors.ts";

/**
 * Calls that are under way at once: two gave as many answers, and each post took a tenth more of the
 * processor (bench/README.md). One that takes longer than `PATIENCE_MS` holds up no others.
 */
const AT_ONCE = 1, PATIENCE_MS = 100;
/** Posts of one call, and bytes of them: realtime takes 550,000. */
const MOST = 100, BYTES = 400_000;
/** Bytes of one post besides its message, nearly all of them its token's. */
const BESIDES = 2_000;
/** Bytes that a character of JSON takes at most. */
const EACH = 3;
/** A realtime of an earlier version is not asked again for so long, ms. */
const QUIET_MS = 60_000;

interface Waiting {
  account: Person;
  roomId: string;
  draft: Draft;
  requestId: string | undefined;
  /** Bytes, at most. */
  size: number;
  resolve(message: Message): void;
  reject(error: unknown): void;
}

const sizeOf = (draft: Draft): number =>
  EACH * JSON.stringify(draft).length + BESIDES;

/** We say of files and voice notes that they are there. */
const isVouched = ({ draft }: Waiting): boolean =>
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
 * Posts a message of a person. One that comes while nothing is on its way goes out at once, by itself;
 * what comes until a call is answered goes out together, in the order it came.
 *
 * @throws {AppError} as calls do. A call that fails, fails for all whose posts are in it.
 */
export function posting(
  { tokens, callJson }: ReturnType<typeof realtimeCalls>,
): (account: Person, roomId: string, draft: Draft) => Promise<Message> {
  const waiting: Waiting[] = [];
  let underWay = 0;
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

  async function together(some: Waiting[]): Promise<void> {
    const all = await Promise.all(some.map(async (one) => {
      try {
        return { one, token: await tokens.of(one.account) };
      } catch (error) {
        one.reject(error);
        return [];
      }
    }));
    const posts = all.flat();
    if (posts.length === 0) return;
    try {
      const answers = await answersTo(posts);
      await Promise.all(posts.map(({ one, token }, i) => {
        const answer = answers[i];
        // Kept here from before a sign-out, as of any call: a new one may be taken.
        const isOld = answer.status === 401 && tokens.drop(token);
        return isOld ? alone(one) : settle(one, answer);
      }));
    } catch (error) {
      if (!isUnknown(error)) {
        for (const { one } of posts) one.reject(error);
        return;
      }
      aloneUntil = Date.now() + QUIET_MS;
      await Promise.all(posts.map(({ one }) => alone(one)));
    }
  }

  async function answersTo(
    posts: { one: Waiting; token: string }[],
  ): Promise<PostAnswer[]> {
    const body = {
      posts: posts.map(({ one, token }) => ({
        ...{ token, roomId: one.roomId, message: one.draft },
        ...{ requestId: one.requestId, vouched: isVouched(one) },
      })),
    };
    // The call itself is of no one request.
    const { answers } = await inRequest(
      "",
      () =>
        callJson<PostAnswers>("/posts", {
          ...{ token: tokens.ofWeb, method: "POST", body },
        }),
    );
    if (answers?.length === posts.length) return answers;
    const why = `${answers?.length} answers to ${posts.length} posts`;
    throw realtimeDown(new TypeError(why));
  }

  async function settle(
    { resolve, reject }: Waiting,
    answer: PostAnswer,
  ): Promise<void> {
    const { status, body } = answer;
    if (status < 300) resolve(body as Message);
    else reject(await errorOf(answer));
  }

  /** As many of those that wait, in their order, as fit into one call. */
  function taken(): Waiting[] {
    let size = 0;
    const end = waiting.findIndex((one, i) => {
      size += one.size;
      return i === MOST || (i > 0 && size > BYTES);
    });
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  function goOn(): void {
    while (underWay < AT_ONCE && waiting.length > 0) {
      const some = taken();
      const isAlone = some.length === 1 || Date.now() < aloneUntil;
      const done = isAlone ? Promise.all(some.map(alone)) : together(some);
      underWay += 1;
      let isCounted = true;
      const free = () => {
        if (!isCounted) return;
        isCounted = false;
        underWay -= 1;
        goOn();
      };
      const timer = setTimeout(free, PATIENCE_MS);
      done.finally(() => {
        clearTimeout(timer);
        free();
      });
    }
  }

  return (account, roomId, draft) =>
    new Promise((resolve, reject) => {
      const requestId = currentRequestId();
      const size = sizeOf(draft);
      waiting.push({
        ...{ account, roomId, draft, requestId, size, resolve, reject },
      });
      goOn();
    });
}
