/** Names of one long word, where they are written into a sentence. */
import { assertEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { MemberList } from "../components/MemberList.tsx";
import { stylesheet } from "../styles/stylesheet.ts";
import { openBrowser } from "./browser.ts";
import { overflow } from "./looks.ts";

Deno.test({
  name:
    "what can be done about a member fits a phone, whatever they are called",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const members = ["Ada", "W".repeat(60)].map((name, at) => ({
      ...{ id: String(at), name, role: "member", joinedAt: 0 } as const,
    }));
    const list = <MemberList members={members} me="0" isAdmin page={1} />;
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({
        viewport: { width: 390, height: 844 },
      });
      await page.setContent(
        `<!DOCTYPE html><meta name="viewport" content="width=device-width">
        <style>${await stylesheet("styles")}</style>
        <main><div class="column">${renderToString(list)}</div></main>`,
      );
      await page.getByText("Change").last().click();
      await page.getByText("will lose access").waitFor();
      assertEquals(await overflow(page), 0);
    } finally {
      await browser.close();
    }
  },
});
