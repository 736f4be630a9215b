import { z } from "@hono/zod-openapi";

/** Names and words of one recording: an engine takes no more of them. */
export const MOST_HINTS = 100;

/** How a person wants their text, as web writes it into their token: the claim `dictation`. */
const Claim = z.object({
  spoken: z.boolean().optional(),
  hints: z.array(z.string().max(200)).max(MOST_HINTS).default([]),
});

/** How somebody wants their text. */
export interface Wishes {
  /** Whether they speak marks by name: “comma”, “new line”. */
  spoken?: boolean;
  /** Names and words they are likely to say. */
  hints: readonly string[];
}

/** The wishes in a token; undefined where it has none that make sense. */
export const wishesIn = (claim: unknown): Wishes | undefined =>
  claim === undefined ? undefined : Claim.safeParse(claim).data;

/**
 * What is asked for with a recording, before what its sender wished for once and for all.
 */
export const writingOf = (
  asked: { spoken?: boolean; hints?: readonly string[] },
  wished: Wishes = { hints: [] },
): Wishes => ({
  spoken: asked.spoken ?? wished.spoken,
  hints: [...new Set([...asked.hints ?? [], ...wished.hints])]
    .slice(0, MOST_HINTS),
});
