import { type ComponentChildren, Fragment, h } from "preact";
import type { Inline } from "../../../realtime/text/inline.ts";
import { type Block, markup } from "../../../realtime/text/markup.ts";
import { Link } from "./linkify.tsx";
import type { DrawText } from "./mentioned.tsx";

type Code = Extract<Block, { kind: "code" }>;

/** Draws a block of code in its colours; undefined where it has none. */
let colour = (_: Code): ComponentChildren => undefined;

/** Has code drawn in this way from now on. */
export const colourWith = (how: typeof colour): void => {
  colour = how;
};

const TAGS = { bold: "strong", italic: "em", strike: "s" };

/**
 * A message's text with what `realtime/text/markup.ts` understands of it, as elements. They are
 * made one by one: precompiled templates escape the strings of an array twice (preact 10.29).
 *
 * @param draw draws what is plain text.
 */
export function richText(
  text: string,
  draw: DrawText = (plain) => plain,
): ComponentChildren {
  return h(Fragment, null, ...markup(text).map((it) => drawBlock(it, draw)));
}

function drawBlock(block: Block, draw: DrawText): ComponentChildren {
  const inline = (part: Inline) => drawInline(part, draw);
  const inner = (block: Block) => drawBlock(block, draw);
  switch (block.kind) {
    case "text":
      return h(Fragment, null, ...block.parts.map(inline));
    case "code":
      // One that is too wide scrolls, with the keyboard as well.
      return h(
        "pre",
        { tabindex: 0 },
        colour(block) ?? drawCode(block.text),
      );
    case "quote":
      return h("blockquote", null, ...block.blocks.map(inner));
    case "list":
      return h(
        block.ordered ? "ol" : "ul",
        null,
        ...block.items.map(({ value, blocks }) =>
          h("li", { value }, ...blocks.map(inner))
        ),
      );
  }
}

function drawInline(part: Inline, draw: DrawText): ComponentChildren {
  if (typeof part === "string") return draw(part);
  const inner = (part: Inline) => drawInline(part, draw);
  switch (part.kind) {
    case "code":
      return drawCode(part.text);
    case "link":
      return h(Link, { href: part.href }, part.parts?.map(inner));
    default:
      return h(TAGS[part.kind], null, ...part.parts.map(inner));
  }
}

const drawCode = (text: string) => h("code", { dir: "ltr" }, text);
