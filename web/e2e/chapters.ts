import type { Page } from "playwright-core";
import type { Stack } from "./stack.ts";

/** Where pictures of failures go; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

/**
 * The steps of a story. One that fails ends the story, since the next ones build on it, and
 * leaves pictures of the pages and what the services printed.
 */
export function chapters(
  t: Deno.TestContext,
  stack: Stack,
  pages: Page[],
): { step(name: string, fn: () => Promise<void>): Promise<void> } {
  return {
    async step(name, fn) {
      const ok = await t.step(name, async () => {
        try {
          await fn();
        } catch (error) {
          await Deno.mkdir(SHOTS, { recursive: true });
          for (const [i, page] of pages.entries()) {
            const path = new URL(`failure-${i + 1}.png`, SHOTS).pathname;
            console.error(`${page.url()} ${path}`);
            await page.screenshot({ path, timeout: 5_000 });
          }
          console.error(stack.output.slice(-20).join("\n"));
          throw error;
        }
      });
      if (!ok) throw new Error(`The story ended at: ${name}`);
    },
  };
}
