import { FILES_TOKEN } from "../../realtime/protocol.ts";
import { MOMENT } from "../../realtime/protocol-http.ts";
import type { Config } from "../config.ts";
import { madeFrom } from "../made-from.ts";
import { currentRequestId } from "../request-id.ts";
import type { Person, Services } from "../services.ts";
import { readError, realtimeDown } from "./realtime-errors.ts";
import { tokensOf } from "./token-cache.ts";

/** Whether realtime took the token for one that ended. */
const isRefused = ({ status }: Response) => status === 401;

/**
 * Does some work with a signal that ends it after so long. Other than with `AbortSignal.timeout`, none of
 * it is left once the work is done: with thousands of calls a second, ending those takes long as well.
 */
export async function within<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = () =>
    controller.abort(new DOMException("It took too long.", "TimeoutError"));
  const timer = setTimeout(end, ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** One call; its signal says how long it may take. */
export interface Call {
  token: () => Promise<string>;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
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
    const headers = new Headers({ authorization: `Bearer ${token}` });
    if (vouched) {
      headers.set(FILES_TOKEN, await signer.serviceToken("realtime"));
    }
    if (body !== undefined) headers.set("content-type", "application/json");
    const requestId = currentRequestId();
    if (requestId) headers.set("x-request-id", requestId);
    try {
      return await fetch(config.realtimeUrl + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
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
  ): Promise<T> {
    return await within(timeoutMs, async (signal) => {
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

  return { tokens, call, callJson, send };
}
