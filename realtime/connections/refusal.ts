import { AuthError } from "../access/tokens.ts";
import { FrameError } from "../frame-fields.ts";
import { StoreError } from "../log/log.ts";
import { CLOSE, type ServerFrame } from "../protocol.ts";

/** What a client is told when a frame was not done. */
export interface Refusal {
  frame: Extract<ServerFrame, { event: "error" }>;
  /** The close code, if the socket cannot go on. */
  close?: number;
  /** True for what should not have happened: an operator must hear of it. */
  unexpected?: boolean;
}

/** Says why a frame was not done; `ref` is the clientId or event it answers. */
export function refusalOf(error: unknown, ref?: string): Refusal {
  const event = "error" as const;
  if (error instanceof FrameError) {
    const { code, message, retryable } = error;
    return {
      frame: { event, code, message, retryable, ref: error.ref ?? ref },
    };
  }
  if (error instanceof AuthError) {
    const { code, message, retryable } = error;
    const close = retryable ? CLOSE.overloaded : CLOSE.token;
    return {
      frame: { event, code, message, retryable, ref: "identify" },
      close,
    };
  }
  const unexpected = !(error instanceof StoreError);
  const code = unexpected ? "internal" : error.code;
  const message = unexpected
    ? "The server could not do this now; it can be tried again."
    : error.sentence;
  return { frame: { event, code, message, retryable: true, ref }, unexpected };
}
