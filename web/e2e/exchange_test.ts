/**
 * Two people send each other pictures, a PDF and a voice note: one on a laptop and one on a phone,
 * each with script and without, kept on this machine and in the clouds.
 */
import { assert, assertEquals } from "@std/assert";
import encodePng from "@jsquash/png/encode.js";
import { Buffer } from "node:buffer";
import type { BrowserContext, Page } from "playwright-core";
import { stillAvif } from "../files/pictures/boxed/testing.ts";
import { openBrowser, openContext } from "./browser.ts";
import { startClouds } from "./clouds.ts";
import { overflow } from "./looks.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import {
  ada,
  createRoom,
  grace,
  invite,
  join,
  live,
  openLinkInOutbox,
  parsed,
  signUp,
} from "./people.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";
import { SENTENCE, startDictation } from "./story.ts";

const PAPER = "%PDF-1.7 not much of one";

async function filesNamed(tag: string) {
  const data = new Uint8ClampedArray(1_200 * 900 * 4).fill(200);
  const png = await encodePng(new ImageData(data, 1_200, 900));
  const file = (name: string, mimeType: string, bytes: Uint8Array) => ({
    ...{ name: `${tag}.${name}`, mimeType, buffer: Buffer.from(bytes) },
  });
  return [
    file("png", "image/png", new Uint8Array(png)),
    file("avif", "image/avif", stillAvif()),
    file("pdf", "application/pdf", new TextEncoder().encode(PAPER)),
  ];
}

/** A person's page, and whether scripts run in it. */
interface Side {
  page: Page;
  scripted: boolean;
}

/** Sends pictures and a PDF in one message, and a voice note in another. */
async function sendAll(
  { page, scripted }: Side,
  room: string,
  tag: string,
  speech: Awaited<ReturnType<typeof microphoneFile>>,
) {
  await page.goto(room, parsed);
  const box = page.locator("textarea[name=content]");
  if (scripted) {
    await live(page);
    await page.getByLabel("Add files", { exact: true })
      .setInputFiles(await filesNamed(tag));
    await page.getByRole("button", { name: `Remove ${tag}.pdf` }).waitFor();
    await box.fill(`${tag} files`);
    await box.press("Enter");
    await page.locator(".message:not(.sending)", { hasText: `${tag} files` })
      .getByRole("link", { name: `${tag}.pdf` }).waitFor();
    await startDictation(page);
    await page.waitForTimeout(speech.milliseconds);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.locator(".uploads .voice").waitFor();
    await box.fill(`${tag} voice`);
    await box.press("Enter");
    await page.locator(".message:not(.sending)", { hasText: `${tag} voice` })
      .locator(".wave").waitFor();
    return;
  }
  await box.fill(`${tag} files`);
  await page.getByLabel("Pictures and files")
    .setInputFiles(await filesNamed(tag));
  await page.getByRole("button", { name: "Send with files" }).click();
  await page.waitForURL("**newest*", parsed);
  await page.getByRole("button", { name: "Dictate" }).click();
  await page.setInputFiles("input[name=recording]", speech.path);
  await page.getByRole("button", { name: "Transcribe" }).click();
  await page.getByRole("button", { name: "Add another" }).waitFor();
  await box.fill(`${tag} voice`);
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(`**${room}*`, parsed);
}

/** Sees and hears all of it, and has the very bytes. */
async function getsAll({ page, scripted }: Side, room: string, tag: string) {
  await page.goto(room, parsed);
  if (scripted) await live(page);
  const row = (text: string) =>
    page.locator(".message", { hasText: `${tag} ${text}` });
  const files = row("files");
  await files.waitFor();
  assertEquals(await overflow(page), 0);
  const pictures = files.locator(".files img");
  assertEquals(await pictures.count(), 2);
  for (const at of [0, 1]) {
    const one = pictures.nth(at);
    const [width, height, src] = await Promise.all(
      ["width", "height", "src"].map((name) => one.getAttribute(name)),
    );
    assertEquals(
      [width, height],
      at === 0 ? ["400", "300"] : ["12", "24"],
    );
    const answer = await page.request.get(src!);
    assertEquals([answer.status(), answer.headers()["content-type"]], [
      ...[200, "image/webp"],
    ]);
    await one.scrollIntoViewIfNeeded();
    await eventually(
      async () =>
        await one.evaluate((it) => (it as HTMLImageElement).naturalWidth) > 0 ||
        undefined,
      () => `Picture ${at} of ${tag} is not shown`,
    );
  }
  const coming = page.waitForEvent("download");
  await files.getByRole("link", { name: `${tag}.pdf` }).click();
  const download = await coming;
  assertEquals(download.suggestedFilename(), `${tag}.pdf`);
  assertEquals(await Deno.readTextFile(await download.path()), PAPER);
  const voice = row("voice");
  await voice.waitFor();
  if (scripted) await voice.locator(".wave").waitFor();
  const [{ id }] = await messagesOf(page, room, `${tag} voice`);
  const audio = await page.request.get(`${room}/messages/${id}/voice`, {
    headers: { range: "bytes=0-3" },
  });
  assertEquals(audio.status(), 206);
  assertEquals((await audio.body()).length, 4);
}

async function messagesOf(page: Page, room: string, text: string) {
  const roomId = room.split("/").pop()!;
  const answer = await page.request.get(`/api/messages?roomId=${roomId}`);
  const { messages }: { messages: { id: string; content: string }[] } =
    await answer.json();
  return messages.filter(({ content }) => content === text);
}

for (const where of ["on this machine", "on S3 and GCS"] as const) {
  Deno.test({
    name:
      `two people send each other pictures, a PDF and voice notes, on laptop and phone, with and without script, ${where}`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      await using end = new AsyncDisposableStack();
      const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
      end.defer(() => Deno.remove(folder, { recursive: true }));
      const clouds = where === "on S3 and GCS"
        ? end.use(await startClouds(SENTENCE))
        : undefined;
      const stack = await startStack(clouds?.env);
      end.defer(() => stack.close());
      // Before the transcriber hangs up: that has ended this process, in Deno's HTTP/2.
      end.defer(async () => await clouds?.speech[Symbol.asyncDispose]());
      const speech = await microphoneFile(folder, SENTENCE);
      const browser = await openBrowser({ microphone: speech.path });
      end.defer(() => browser.close());
      const laptop = { viewport: { width: 1_280, height: 800 } };
      const phone = { viewport: { width: 390, height: 844 } };
      const a = await openContext(browser, stack.url, laptop);
      const g = await openContext(browser, stack.url, phone);
      const adas = { page: await a.context.newPage(), scripted: true };
      const graces = { page: await g.context.newPage(), scripted: true };
      const openLink = clouds?.openLink ?? openLinkInOutbox;
      await signUp(adas.page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(adas.page, "Exchange");
      const file = await selfieFile(folder, "grace");
      await signUp(graces.page, grace, { file });
      await invite(adas.page, room, grace.email, openLink);
      await openLink(graces.page, grace.email, "invitations");
      assertEquals(await join(graces.page), room);
      const plain = async (context: BrowserContext, screen: object) => {
        const storageState = await context.storageState();
        const still = await openContext(browser, stack.url, {
          ...{ ...screen, storageState, javaScriptEnabled: false },
        });
        return { page: await still.context.newPage(), scripted: false };
      };
      const [adasPlain, gracesPlain] = [
        await plain(a.context, laptop),
        await plain(g.context, phone),
      ];
      const ways: [string, Side, Side][] = [
        ["laptop-script", adas, gracesPlain],
        ["phone-plain", gracesPlain, adas],
        ["laptop-plain", adasPlain, graces],
        ["phone-script", graces, adasPlain],
      ];
      for (const [tag, from, to] of ways) {
        await t.step(`from ${tag}`, async () => {
          await sendAll(from, room, tag, speech);
          await getsAll(to, room, tag);
        });
      }
      assertEquals([...a.problems, ...g.problems], []);
      if (!clouds) return;
      const kept = clouds.s3.versions.filter(({ key }) =>
        key.startsWith("files/")
      );
      // Of each message two pictures, a thumbnail and a PDF.
      assertEquals(kept.length, 16);
      assertEquals(clouds.storage.objects.size, 4);
      const here = await Array.fromAsync(Deno.readDir(stack.env.DATA_DIR));
      assert(!here.some(({ name }) => name === "files"));
    },
  });
}
