import { bearer, type Caller } from "../access/auth.ts";
import { ApiError } from "../http/errors.ts";
import { LanguageSchema, Writing, writingIn } from "../http/schemas.ts";
import { usualLanguage } from "../recognizers/recognizer.ts";
import type { Deps } from "../service.ts";
import { type Wishes, writingOf } from "../text/wishes.ts";
import { unknownId, unknownLanguage, unknownWriting } from "./errors.ts";

/** The subprotocol of the socket; a browser names its token beside it. */
const PROTOCOL = "transcriber";

/** What a client calls its dictation, so that it can go on with it in another socket. */
const ID = /^[\w-]{8,64}$/;

/** Who speaks, and what. */
export interface Talk {
  caller: Caller;
  id: string | null;
  language: string;
  /** Nobody named the language. */
  detect: boolean;
  writing: Wishes;
}

/** A talk, and the subprotocol its socket is answered with, if it named one. */
export interface Admitted {
  talk: Talk;
  protocol?: string;
}

/**
 * Who opens a socket with this request, and for what.
 * @throws {ApiError} when they may not
 */
export async function admitted(
  request: Request,
  { auth, config, recognizer }: Pick<Deps, "auth" | "config" | "recognizer">,
): Promise<Admitted> {
  const { headers } = request;
  const origin = headers.get("origin");
  if (origin !== null && origin !== config.appUrl) {
    throw new ApiError({
      code: "origin",
      status: 403,
      message: "This page may not use this server's dictation.",
    });
  }
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new ApiError({
      code: "websocket-only",
      status: 426,
      message: "Open this address as a WebSocket. See /docs.",
    });
  }
  const offered = (headers.get("sec-websocket-protocol") ?? "")
    .split(",").map((name) => name.trim());
  const protocol = offered[0] === PROTOCOL ? PROTOCOL : undefined;
  const token = bearer(headers) ?? (protocol && offered[1]) ?? null;
  const caller = await auth.verify(token);
  const query = new URL(request.url).searchParams;
  const named = query.get("language");
  const language = LanguageSchema.safeParse(
    named ?? usualLanguage(recognizer),
  );
  if (!language.success) throw unknownLanguage();
  const writing = Writing.safeParse(Object.fromEntries(query));
  if (!writing.success) throw unknownWriting();
  const id = query.get("id");
  if (id !== null && !ID.test(id)) throw unknownId();
  return {
    protocol,
    talk: {
      caller,
      id,
      language: language.data,
      detect: named === null,
      writing: writingOf(writingIn(writing.data), caller.writing),
    },
  };
}
