import { type ComponentChildren, Fragment } from "preact";
import type { Mention } from "../../../realtime/protocol.ts";
import { isMentioned, piecesOf } from "./mentions.ts";

/** What draws a plain text. */
export type DrawText = (text: string) => ComponentChildren;

/**
 * Draws people whom a text mentions as what they are called now, and marks those that mean the
 * reader.
 *
 * @param names by id, as far as they are known; else it stays as it was written.
 */
export const drawMentions = (
  mentions: Mention[] = [],
  names: Record<string, string> = {},
  me: string,
): DrawText =>
(text) => {
  const parts = piecesOf(text, mentions).map((piece, at) => {
    if (typeof piece === "string") return piece;
    const { id, name } = piece;
    const shown = <bdi>@{names[id] ?? name}</bdi>;
    return isMentioned({ mentions: [piece] }, me)
      ? <mark key={at}>{shown}</mark>
      : <b key={at}>{shown}</b>;
  });
  // Not `<>`: precompiled templates escape the strings of an array twice (preact 10.29).
  return <Fragment>{parts}</Fragment>;
};
