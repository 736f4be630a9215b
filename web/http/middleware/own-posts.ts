/**
 * Messages that programs post one after the other. All that lets somebody post is looked at the first
 * time, and noted; for as long as it is as it was, their next message goes on from there. Who is in the
 * room, and whether it takes messages, is asked of each.
 */
import { boundBody, rowOf } from "../../access/row.ts";
import type { SignedIn } from "../../accounts/types.ts";
import type { log } from "../../log.ts";
import { isNoted, MadeFrom, noted } from "../../made-from.ts";
import { asOf, momentOf } from "../../kv-moment.ts";
import { inRequest } from "../../request-id.ts";
import type { Services } from "../../services.ts";
import { finishFirst } from "../../shutdown.ts";
import { withShare } from "../requests/body-budget.ts";
import { readJson } from "../requests/json.ts";
import { idOf, originOf, roughNetworkOf } from "../requests/peers.ts";
import { codeOf, statusOf } from "./observed.ts";
import { type Handler, hashOf, keyOf, pathOf, SESSION } from "./own-answers.ts";
import { bodies } from "./person.ts";
import { apiError } from "./security.ts";
import { withoutNonce } from "./template.ts";

const PATH = "/api/messages";
/** Whose posts are let in, at most: some 10,000 bytes each. Who posted longest ago goes first. */
const MOST = 1_000;
/**
 * For so long after a post came, what is asked of KV for it is answered as of when it was asked whether
 * somebody may post: ms. A slow body takes longer.
 */
const JUST_NOW_MS = 5;

interface Admission {
  made: MadeFrom;
  me: SignedIn;
  /** Who that is in log lines. */
  account: string;
  /** Of an answer: all but the id of the request. */
  headers: Record<string, string>;
  sending: Awaited<ReturnType<typeof loadSending>>;
}

/** What posts a message: a start needs none of it, and to ask for it again takes each post its time. */
async function loadSending() {
  const { NewMessage } = await import("../openapi/requests.ts");
  const { postMessage } = await import("../../voices/send.ts");
  return { NewMessage, postMessage };
}

function headersOf(answer: Response): Admission["headers"] {
  const { "x-request-id": _, ...headers } = Object.fromEntries(answer.headers);
  const policy = headers["content-security-policy"];
  return policy === undefined
    ? headers
    : { ...headers, "content-security-policy": withoutNonce(policy) };
}

/** Posts messages of those who were let in before; `next` lets in, and does all else. */
export function ownPosts(
  next: Handler,
  open: () => Promise<Services>,
  write: typeof log,
): Handler {
  const admissions = new Map<string, Admission>();

  async function letIn(
    s: Services,
    key: string,
    req: Request,
    info?: Deno.ServeHandlerInfo,
  ): Promise<Response> {
    const made = new MadeFrom(momentOf(s.kv));
    const answer = await noted(made, () => next(req, info));
    const me = made.admitted;
    if (me === undefined || answer.status !== 201) return answer;
    if (answer.headers.has("set-cookie")) return answer;
    const sending = await loadSending();
    admissions.set(key, {
      ...{ made, me, account: hashOf(me.id), headers: headersOf(answer) },
      sending,
    });
    const [oldest] = admissions.keys();
    if (admissions.size > MOST) admissions.delete(oldest);
    return answer;
  }

  return async (req, info) => {
    const { method, headers, url } = req;
    const isTheirs = method === "POST" && pathOf(url) === PATH &&
      headers.get("cookie")?.includes(SESSION);
    if (!isTheirs) return await next(req, info);
    const s = await open();
    if (!isNoted(s.kv)) return await next(req, info);
    const started = performance.now();
    const origin = originOf(headers, info, s.config.trustedProxies);
    const key = `${headers.get("content-type")}\n${keyOf(req, origin)}`;
    const known = admissions.get(key);
    admissions.delete(key);
    const isSo = known?.made.isSoHere(s.kv) ?? false;
    if (!known || isSo !== true && !await isSo) {
      return await letIn(s, key, req, info);
    }
    admissions.set(key, known);
    // Who asked too often is told so by what lets in.
    if (!known.made.count()) return await next(req, info);
    if (info) finishFirst(info.completed);
    const requestId = idOf(headers, origin);
    const tell = (status: number, code?: string) =>
      write("info", "request", {
        ...{ requestId, method, route: PATH, status, code },
        account: known.account,
        network: roughNetworkOf(origin.ip),
        ms: Math.round(performance.now() - started),
      });
    try {
      const message = await inRequest(
        requestId,
        () =>
          withShare(
            bodies,
            req,
            origin.ip,
            () => post(s, known, req, started),
          ),
      );
      tell(201);
      return Response.json(message, {
        status: 201,
        headers: { ...known.headers, "x-request-id": requestId },
      });
    } catch (error) {
      tell(statusOf(error), codeOf(error));
      return apiError(error, { requestId, config: s.config, path: PATH });
    }
  };
}

async function post(
  s: Services,
  { me, made, sending }: Admission,
  req: Request,
  started: number,
) {
  boundBody(req, rowOf(PATH)?.body ?? "nothing");
  const { roomId, ...draft } = await readJson(req, sending.NewMessage);
  const isPlain = !draft.files?.length && !draft.voice;
  const isJustNow = performance.now() - started < JUST_NOW_MS;
  // Nothing is written to KV for a plain message.
  const moment = isPlain && isJustNow ? made.lastMoment : undefined;
  return await asOf(
    s.kv,
    moment,
    () => sending.postMessage(s, me, roomId, draft),
  );
}
