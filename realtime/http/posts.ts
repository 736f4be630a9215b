/** Messages that come by HTTP: one of a person, or many of many, which web sends in one call. */
import { checkWrites } from "../access/members.ts";
import { REQUESTS, type RouteRow } from "../access/table.ts";
import type { Person } from "../access/tokens.ts";
import { isRequestId } from "../common/request-id.ts";
import { FrameError, id, object, string } from "../frame-fields.ts";
import { parseDraft } from "../frames.ts";
import { entryId } from "../log/entry.ts";
import { messageEntry, originOf } from "../log/making.ts";
import { StoreError } from "../log/log.ts";
import { errorFields } from "../operations/logger.ts";
import { FILES_TOKEN, type Message } from "../protocol.ts";
import type { Post, PostAnswer, PostAnswers } from "../protocol-http.ts";
import { prepared } from "../rooms/actions.ts";
import { body, type Call, json, written, writtenFor } from "./call.ts";
import { describe } from "./error.ts";

/** Posts of one call. */
const MOST = 100;

const PATH = "/rooms/:id/messages";
/** What the table says of one message counts for each of many, too. */
const row = REQUESTS[`POST ${PATH}`] as RouteRow;

type Where = Pick<Call, "context" | "roomId">;

/** Appends one person's message. */
export function post(call: Call): Promise<Response> {
  const vouched = call.request.headers.get(FILES_TOKEN);
  return written(call, async (person, said) => {
    const isVouched = await vouches(call, vouched);
    const { status, body } = await append(call, person, said, isVouched);
    return json(body, status);
  });
}

/** Whether web itself says that the files of a message are there. */
async function vouches({ context }: Call, token: string | null) {
  return token !== null && (await context.verify(token)).kind === "service";
}

async function append(
  { context, roomId }: Where,
  person: Person,
  said: unknown,
  vouched: boolean,
): Promise<PostAnswer> {
  const { hub } = context;
  const { log, members, metrics } = hub;
  const meant = parseDraft(said, vouched);
  const { clientId } = meant;
  checkWrites(await members.roleIn(person, roomId, clientId), clientId);
  const { draft, stored: told } = await prepared(hub, person, roomId, meant);
  const started = performance.now();
  const origin = originOf(person, roomId, draft.clientId);
  const done = await log.append(messageEntry(origin, draft));
  told();
  metrics.appended((performance.now() - started) / 1_000);
  const { epoch, offset, timestamp, repeated } = done;
  const id = entryId(epoch, offset);
  const message: Message = {
    id,
    ...draft,
    sender: person.sender,
    timestamp,
    offset,
  };
  if (!repeated) hub.linked(person, roomId, id, draft.content);
  // The first message stands, whatever the repeated one says.
  const stored = repeated ? await log.find(roomId, id) : message;
  return { status: repeated ? 200 : 201, body: stored };
}

function read(value: unknown): Post[] {
  const { posts } = object(value, "The body");
  if (!Array.isArray(posts) || posts.length > MOST) {
    const why = `The field posts must be a list of at most ${MOST}.`;
    throw new FrameError("bad-frame", why);
  }
  return posts.map((one): Post => {
    const fields = object(one, "A post");
    const { message, requestId, vouched } = fields;
    return {
      token: string(fields, "token", 4_000),
      roomId: id(fields, "roomId"),
      // It is looked at when it is its turn.
      message: message as Post["message"],
      requestId: isRequestId(requestId) ? requestId : undefined,
      vouched: vouched === true,
    };
  });
}

/**
 * Appends messages of people, each with a token of theirs and as if each had come by itself: each
 * person's in their order, counted against the same rate, and with a line of its own. They share a
 * commit.
 */
export async function posts(call: Call): Promise<Response> {
  const { context } = call;
  const wanted = read(await body(call));
  const answers = await Promise.all(
    wanted.map((one) => answered(context, one)),
  );
  return json({ answers } satisfies PostAnswers);
}

async function answered(
  context: Call["context"],
  { token, roomId, message, requestId, vouched = false }: Post,
): Promise<PostAnswer> {
  const { hub } = context;
  const started = performance.now();
  const tell = (status: number, code?: string) => {
    const ms = Math.round(performance.now() - started);
    const line = { requestId, method: "POST", route: PATH, status, code, ms };
    hub.logger("info", "request", line);
  };
  try {
    const where = { context, roomId, row };
    const answer = await writtenFor(
      where,
      token,
      (person) => append(where, person, message, vouched),
    );
    tell(answer.status);
    return answer;
  } catch (error) {
    const { status, code, message } = describe(error);
    hub.metrics.failed(code);
    if (error instanceof StoreError) hub.storeFailed(error);
    if (status === 500) {
      hub.logger("error", "http-failed", { requestId, ...errorFields(error) });
    }
    tell(status, code);
    return { status, body: { error: { code, message } } };
  }
}
