import { type ComponentChildren, Fragment } from "preact";
import { linkify } from "./linkify.tsx";

// Each text is gone through once, however it was made: repetitions must not overlap here.
// The line breaks around a block are the block's own, or they would show as empty lines.
const CODE = /\n?```(?!\s*```)(?:\w*\n)?([^]+?)\n?```\n?|`([^`\n]+)`/;

/** Text with `code` and ``` blocks of it set apart, as it was typed, and the rest linkified. */
export function withCode(text: string): ComponentChildren {
  // Plain text, block, inline, and so on.
  const parts = text.split(CODE).map((part, index) => {
    if (!part) return;
    if (index % 3 === 0) return linkify(part);
    const code = <code dir="ltr">{part}</code>;
    const block = <pre>{code}</pre>;
    return index % 3 === 1 ? block : code;
  });
  return <Fragment>{parts}</Fragment>;
}
