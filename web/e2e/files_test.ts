import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import encodePng from "@jsquash/png/encode.js";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, signUp } from "./people.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";

async function picture() {
  const [width, height] = [1_200, 900];
  const data = new Uint8ClampedArray(width * height * 4).fill(200);
  const png = await encodePng(new ImageData(data, width, height));
  return { name: "view.png", mimeType: "image/png", buffer: Buffer.from(png) };
}

const paper = {
  name: "paper.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.7 not much of one"),
};

/** How many files there are in a folder, and below it. */
async function countIn(folder: string): Promise<number> {
  let count = 0;
  for await (const { name, isFile } of Deno.readDir(folder)) {
    count += isFile ? 1 : await countIn(`${folder}/${name}`);
  }
  return count;
}

Deno.test({
  name:
    "files are sent and seen with script and without, and go with their message",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context, problems } = await openContext(browser, stack.url);
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Files");
      await page.goto(room);
      await live(page);
      const rows = page.locator(".message");

      // Two at once, one of which is taken back.
      await page.getByLabel("Add files").setInputFiles([
        await picture(),
        paper,
      ]);
      await page.getByRole("button", { name: "Remove paper.pdf" }).click();
      await page.getByLabel("Message", { exact: true }).fill("The view");
      await page.keyboard.press("Enter");
      const shown = rows.filter({ hasText: "The view" }).locator("img");
      await shown.waitFor();
      assertEquals(await page.locator(".uploads").count(), 0);
      assertEquals(
        await page.getByLabel("Message", { exact: true }).inputValue(),
        "",
      );
      // It has its place before it is there, and is the smaller one.
      assertEquals([
        await shown.getAttribute("width"),
        await shown.getAttribute("height"),
      ], ["400", "300"]);
      const loaded = () =>
        shown.evaluate((img) => (img as HTMLImageElement).naturalWidth);
      await eventually(
        async () => await loaded() === 600 || undefined,
        () => "The thumbnail did not load",
      );

      // A picture that cannot be had keeps to the width of a phone.
      const phone = await context.newPage();
      await phone.setViewportSize({ width: 390, height: 844 });
      await phone.route("**/thumbnail*", (route) => route.abort());
      const failed = phone.waitForEvent(
        "requestfailed",
        (request) => request.url().includes("/thumbnail"),
      );
      await phone.goto(room);
      await failed;
      await eventually(
        async () =>
          await phone.locator(".files").evaluate((files) =>
            files.querySelector("img")!.complete &&
            files.scrollWidth <= files.clientWidth
          ) || undefined,
        () => "The picture is wider than its message",
      );
      await phone.close();

      // Pasted, and sent without a word.
      await page.getByLabel("Message", { exact: true }).evaluate(
        (input, text) => {
          const data = new DataTransfer();
          data.items.add(
            new File([text], "pasted.txt", { type: "text/plain" }),
          );
          input.dispatchEvent(
            new ClipboardEvent("paste", {
              clipboardData: data,
              cancelable: true,
              bubbles: true,
            }),
          );
        },
        "Pasted text",
      );
      await page.getByRole("button", { name: "Remove pasted.txt" }).waitFor();
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await rows.getByRole("link", { name: "pasted.txt" }).waitFor();

      // Without script the same form sends.
      const plain = await browser.newContext({
        javaScriptEnabled: false,
        baseURL: stack.url,
        storageState: await context.storageState(),
      });
      const still = await plain.newPage();
      await still.goto(room, { waitUntil: "domcontentloaded" });
      assertEquals(await still.locator(".message img").count(), 1);
      await still.getByLabel("Pictures and files").setInputFiles([
        paper,
      ]);
      await still.getByRole("button", { name: "Send with files" }).click();
      await still.waitForURL("**newest*", { waitUntil: "domcontentloaded" });
      const link = still.locator(".message").getByRole("link", {
        name: "paper.pdf",
      });
      const coming = still.waitForEvent("download");
      await link.click();
      const download = await coming;
      assertEquals(download.suggestedFilename(), "paper.pdf");
      assertEquals(
        await Deno.readTextFile(await download.path()),
        paper.buffer.toString(),
      );
      await plain.close();
      await rows.getByRole("link", { name: "paper.pdf" }).waitFor();

      // A picture, its thumbnail, a text and a PDF; and what was taken back, if it was quick, for
      // an hour.
      const files = `${stack.env.DATA_DIR}/files`;
      const before = await countIn(files);
      assert(before >= 4);
      const address = await shown.evaluate((img) => img.closest("a")!.href);
      assertEquals((await page.request.get(address)).status(), 200);
      const message = rows.filter({ hasText: "The view" });
      await message.hover();
      await message.getByRole("button", { name: /^Actions for/ }).click();
      await page.getByRole("button", { name: "Delete…" }).click();
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      await message.waitFor({ state: "detached" });
      await eventually(
        async () => {
          // Whatever is asked of web makes it look.
          await page.request.get("/rooms");
          return await countIn(files) === before - 2 || undefined;
        },
        () => "The picture is still there",
      );
      assertEquals((await page.request.get(address)).status(), 404);
      assert(problems.length === 0, problems.join("\n"));
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
