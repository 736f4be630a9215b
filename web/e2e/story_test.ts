import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { chapters } from "./chapters.ts";
import { cameraFile, microphoneFile } from "./media.ts";
import {
  ada,
  byCamera,
  createRoom,
  fillSignUp,
  grace,
  invite,
  join,
  live,
  openInvitation,
  sees,
  send,
  signIn,
  signOut,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

const SENTENCE = "thank you very much for your help";

async function startDictation(page: Page) {
  await page.getByRole("button", { name: "Dictate" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
}

/** Ends the dictation; gives the words it put into the composer. */
async function stopDictation(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Stop" }).click();
  await page.waitForFunction(() =>
    document.querySelector<HTMLTextAreaElement>("textarea[name=content]")!
      .value !== ""
  );
  const heard = await page.locator("textarea[name=content]").inputValue();
  // The recogniser may mishear a word on a busy machine: that is what mending is for.
  const words = heard.toLowerCase().split(" ");
  const right = SENTENCE.split(" ").filter((word) => words.includes(word));
  assert(right.length >= 3, `heard "${heard}"`);
  return heard;
}

/** Playwright keeps sockets to its browser open between steps. */
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "two people sign up with their faces, share a room, talk and dictate",
  ...options,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const speech = await microphoneFile(folder, SENTENCE);
    const stack = await startStack();
    const hers = await openBrowser({
      camera: await cameraFile(folder, "ada"),
      microphone: speech.path,
    });
    const theirs = await openBrowser({
      camera: await cameraFile(folder, "grace"),
    });
    try {
      const a = await openContext(hers, stack.url);
      const g = await openContext(theirs, stack.url);
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      const story = chapters(t, stack, [adas, graces]);
      let room = "";

      await story.step(
        "Ada signs up, signs out and signs in with her face",
        async () => {
          await signUp(adas, ada, byCamera);
          await signOut(adas);
          await signIn(adas, ada, byCamera);
          await adas.waitForURL("**/rooms");
        },
      );

      await story.step(
        "another face is refused with her password",
        async () => {
          await signIn(graces, ada, byCamera);
          await graces.getByText("does not look like the person").waitFor();
          assertMatch(new URL(graces.url()).pathname, /^\/login\/face$/);
          await graces.goto("/rooms");
          assertMatch(new URL(graces.url()).pathname, /^\/login$/);
        },
      );

      await story.step(
        "Ada invites Grace, who signs up from the link and joins",
        async () => {
          room = await createRoom(adas, "Analytical engine");
          await invite(adas, room, grace.email);
          await openInvitation(graces, grace.email);
          await graces.getByRole("link", { name: "Create an account" }).click();
          await fillSignUp(graces, grace, byCamera);
          await graces.waitForURL("**/invitations/*");
          assertEquals(await join(graces), room);
        },
      );

      await story.step(
        "what one sends the other sees, once and in order",
        async () => {
          await adas.goto(room);
          await Promise.all([live(adas), live(graces)]);
          const texts = ["Good morning, Grace", "Morning!", "Shall we?", "نعم"];
          for (const [i, text] of texts.entries()) {
            await send(i % 2 ? graces : adas, text);
            await Promise.all(
              [adas, graces].map((page) => sees(page, texts.slice(0, i + 1))),
            );
          }
        },
      );

      const so = ["Good morning, Grace", "Morning!", "Shall we?", "نعم"];

      await story.step(
        "after realtime is killed both recover, and nothing is missing",
        async () => {
          await stack.kill("realtime");
          await adas.locator(".status.reconnecting").waitFor();
          await send(adas, "Sent while it was down");
          await stack.restart("realtime");
          await Promise.all([live(adas), live(graces)]);
          await send(graces, "Back again");
          so.push("Sent while it was down", "Back again");
          await sees(adas, so);
          await sees(graces, so);
          await graces.reload();
          await sees(graces, so);
        },
      );

      await story.step(
        "Ada sees her words while she speaks, corrects one and sends",
        async () => {
          await startDictation(adas);
          const said = adas.waitForTimeout(speech.milliseconds);
          const panel = adas.getByRole("group", { name: "Dictation" });
          await panel.locator(".heard", { hasText: /\w/ }).waitFor();
          await said;
          const heard = await stopDictation(adas);
          const mended = `${heard.split(" ").slice(0, -1).join(" ")} patience`;
          await send(adas, mended);
          so.push(mended);
          await sees(graces, so);
        },
      );

      await story.step(
        "when nobody listens while she speaks, the recording tells it all",
        async () => {
          await adas.routeWebSocket(
            "**/transcribe/live",
            (line) => line.close({ code: 4002 }),
          );
          await startDictation(adas);
          await adas.waitForTimeout(speech.milliseconds);
          await stopDictation(adas);
        },
      );

      assertEquals([...a.problems, ...g.problems], []);
    } finally {
      await Promise.all([hers.close(), theirs.close()]);
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
