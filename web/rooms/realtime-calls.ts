import { FILES_TOKEN } from "../../realtime/protocol.ts";
import type { Config } from "../config.ts";
import { currentRequestId } from "../request-id.ts";
import type { Services } from "../services.ts";
import { readError, realtimeDown } from "./realtime-errors.ts";
import { tokensOf } from "./token-cache.ts";

/** Whether realtime took the token for one that ended. */
const isRefused = ({ status }: Response) => status === 401;

/** One call; its signal says how long it may take. */
export interface Call {
  token: () => Promise<string>;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
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
    if (!response.ok) throw await readError(response);
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
      throw realtimeDown(error);
    }
  }

  const soon = () => AbortSignal.timeout(timeoutMs);

  async function callJson<T>(
    path: string,
    init: Omit<Call, "signal">,
  ): Promise<T> {
    const response = await call(path, { ...init, signal: soon() });
    try {
      return await response.json() as T;
    } catch (error) {
      throw realtimeDown(error);
    }
  }

  async function send(path: string, init: Omit<Call, "signal">) {
    const response = await call(path, { ...init, signal: soon() });
    await response.body?.cancel();
  }

  return { tokens, call, callJson, send };
}
