import { FILES_TOKEN } from "../../realtime/protocol.ts";
import { MOMENT } from "../../realtime/protocol-http.ts";
import type { Config } from "../config.ts";
import { madeFrom } from "../made-from.ts";
import { currentRequestId, inRequest } from "../request-id.ts";
import type { Person, Services } from "../services.ts";
import { within } from "../within.ts";
import { keptConnections } from "./kept-connections.ts";
import { type KeptAnswer, Unreadable } from "./kept-head.ts";
import { readError, realtimeDown } from "./realtime-errors.ts";
import { tokensOf } from "./token-cache.ts";

/** For so long `fetch` is used where an answer was one that only it can read: ms. */
const FETCH_MS = 60_000;

/** Whether realtime took the token for one that ended. */
const isRefused = ({ status }: Response) => status === 401;

/** One call; its signal says how long it may take. */
export interface Call {
  token: () => Promise<string>;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** The body, where it is JSON already. */
  text?: string;
  /** For whom something is read; without, it is nothing that can be given again. */
  reads?: Person;
  /** We say that the files and the voice note in the body are there, and are the person's. */
  vouched?: boolean;
  signal: AbortSignal;
}

/**
 * Calls of realtime's HTTP interface, each with a token of the person, or of web itself.
 *
 * @throws {AppError} what {@link readError} makes of a refusal; `realtime-down` (503).
 */
export function realtimeCalls(
  config: Pick<Config, "realtimeUrl">,
  signer: Services["signer"],
  timeoutMs: number,
) {
  const tokens = tokensOf(signer);
  const kept = keptConnections(config.realtimeUrl);
  let fetchUntil = 0;

  async function call(path: string, init: Call): Promise<Response> {
    const made = madeFrom();
    // Also where it fails: the next time it may not.
    if (!init.reads) made?.unsure();
    const token = await init.token();
    let response = await callWith(token, path, init);
    // Kept here from before a sign-out, which another process of web told realtime: a new one
    // may be taken.
    if (isRefused(response) && tokens.drop(token)) {
      await response.body?.cancel();
      const next = await init.token();
      response = await callWith(next, path, init);
      if (isRefused(response)) tokens.drop(next);
    }
    if (!response.ok) {
      made?.unsure();
      throw await readError(response);
    }
    if (init.reads) made?.said(init.reads.id, response.headers.get(MOMENT));
    return response;
  }

  async function callWith(
    token: string,
    path: string,
    init: Call,
  ): Promise<Response> {
    const { method = "GET", body, vouched, signal } = init;
    const text = init.text ??
      (body === undefined ? undefined : JSON.stringify(body));
    const headers = new Headers({ authorization: `Bearer ${token}` });
    if (vouched) {
      headers.set(FILES_TOKEN, await signer.serviceToken("realtime"));
    }
    if (text) headers.set("content-type", "application/json");
    const requestId = currentRequestId();
    if (requestId) headers.set("x-request-id", requestId);
    try {
      return await fetch(config.realtimeUrl + path, {
        method,
        headers,
        body: text,
        signal,
        redirect: "error",
      });
    } catch (error) {
      madeFrom()?.unsure();
      throw realtimeDown(error);
    }
  }

  async function callJson<T>(
    path: string,
    init: Omit<Call, "signal">,
    ms = timeoutMs,
  ): Promise<T> {
    return await within(ms, async (signal) => {
      const response = await call(path, { ...init, signal });
      try {
        return await response.json() as T;
      } catch (error) {
        madeFrom()?.unsure();
        throw realtimeDown(error);
      }
    });
  }

  async function send(path: string, init: Omit<Call, "signal">) {
    await within(timeoutMs, async (signal) => {
      const response = await call(path, { ...init, signal });
      await response.body?.cancel();
    });
  }

  /**
   * Posts something of web itself that is posted often, and does no more the second time than the first.
   *
   * @param text JSON
   * @param ms for so long it is waited for.
   */
  async function postOften<T>(
    path: string,
    text: string,
    ms = timeoutMs,
  ): Promise<T> {
    const answer = await keptAnswer(path, text, ms);
    if (!answer) {
      const init = { token: tokens.ofWeb, method: "POST", text } as const;
      // It is of no one request.
      return await inRequest("", () => callJson<T>(path, init, ms));
    }
    const { status, body: said, retryAfter = "" } = answer;
    if (status >= 400) {
      const headers = { "retry-after": retryAfter };
      throw await readError(new Response(said, { status, headers }));
    }
    try {
      return JSON.parse(said) as T;
    } catch (error) {
      throw realtimeDown(error);
    }
  }

  /** Undefined where realtime is to be asked by `fetch`. */
  async function keptAnswer(
    path: string,
    body: string,
    ms: number,
  ): Promise<KeptAnswer | undefined> {
    if (!kept || Date.now() < fetchUntil) return undefined;
    const headers = {
      authorization: `Bearer ${await tokens.ofWeb()}`,
      "content-type": "application/json",
    };
    try {
      return await kept({ path, headers, body, ms });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw realtimeDown(error);
      // What is in between writes answers in another way, and will for a while.
      fetchUntil = Date.now() + FETCH_MS;
    }
  }

  return { tokens, call, callJson, send, postOften };
}
