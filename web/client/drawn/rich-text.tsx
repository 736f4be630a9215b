import { type ComponentChildren, Fragment, h } from "preact";
import type { Inline } from "../../../realtime/text/inline.ts";
import { type Block, markup } from "../../../realtime/text/markup.ts";
import { Link } from "./linkify.tsx";

const TAGS = { bold: "strong", italic: "em", strike: "s" };

/**
 * A message's text with what `realtime/text/markup.ts` understands of it, as elements. They are
 * made one by one: precompiled templates escape the strings of an array twice (preact 10.29).
 */
export const richText = (text: string): ComponentChildren =>
  h(Fragment, null, ...markup(text).map(drawBlock));

function drawBlock(block: Block): ComponentChildren {
  switch (block.kind) {
    case "text":
      return h(Fragment, null, ...block.parts.map(drawInline));
    case "code":
      // One that is too wide scrolls, with the keyboard as well.
      return h("pre", { tabindex: 0 }, drawCode(block.text));
    case "quote":
      return h("blockquote", null, ...block.blocks.map(drawBlock));
    case "list":
      return h(
        block.ordered ? "ol" : "ul",
        null,
        ...block.items.map(({ value, blocks }) =>
          h("li", { value }, ...blocks.map(drawBlock))
        ),
      );
  }
}

function drawInline(part: Inline): ComponentChildren {
  if (typeof part === "string") return part;
  switch (part.kind) {
    case "code":
      return drawCode(part.text);
    case "link":
      return h(Link, { href: part.href }, part.parts?.map(drawInline));
    default:
      return h(TAGS[part.kind], null, ...part.parts.map(drawInline));
  }
}

const drawCode = (text: string) => h("code", { dir: "ltr" }, text);
