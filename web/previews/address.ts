import type { Inline } from "../../realtime/text/inline.ts";
import { type Block, markup } from "../../realtime/text/markup.ts";
import { LIMITS } from "../../realtime/protocol.ts";

/** The address of the first link in a text, as it stands there. */
export const firstAddress = (text: string): string | undefined =>
  markup(text).values().map(inBlock).find(Boolean);

function inBlock(block: Block): string | undefined {
  switch (block.kind) {
    case "text":
      return block.parts.values().map(inPart).find(Boolean);
    case "list":
      return block.items.values().flatMap(({ blocks }) => blocks)
        .map(inBlock).find(Boolean);
    case "quote":
    case "code":
      // What was said by somebody else had its preview there.
      return undefined;
  }
}

function inPart(part: Inline): string | undefined {
  if (typeof part === "string" || part.kind === "code") return undefined;
  if (part.kind !== "link") {
    return part.parts.values().map(inPart).find(Boolean);
  }
  return part.href.length <= LIMITS.addressLength ? part.href : undefined;
}
