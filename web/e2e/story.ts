/** The main story: two people, their faces, a room, a crash and a sentence spoken. */
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
  type OpenLink,
  sees,
  send,
  signIn,
  signOut,
  signUp,
} from "./people.ts";
import { type Stack, startStack } from "./stack.ts";

/** What Ada says. */
export const SENTENCE = "thank you very much for your help";

/** What the story is told with. */
export interface Engines {
  /** The variables that choose them. */
  env: Record<string, string>;
  /** Opens a link that was mailed. */
  openLink: OpenLink;
}

/** What has come about when the story ends. */
export interface Told {
  stack: Stack;
  story: ReturnType<typeof chapters>;
  /** Ada's page, where she is signed in. */
  page: Page;
  roomId: string;
  /** Every message of the room, in order. */
  messages: string[];
  /** What was heard each time she said the sentence. */
  heard: string[];
  /** The sentence as a WAV file. */
  recording: string;
}

/** Tells the story on a stack of its own; `afterwards` may go on where it ends. */
export async function tellStory(
  t: Deno.TestContext,
  { env, openLink }: Engines,
  afterwards: (told: Told) => Promise<void> = async () => {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
  const speech = await microphoneFile(folder, SENTENCE);
  const stack = await startStack(env);
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
    const messages: string[] = [];
    const heard: string[] = [];
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
        await invite(adas, room, grace.email, openLink);
        await openLink(graces, grace.email, "invitations");
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
          messages.push(text);
          await Promise.all(
            [adas, graces].map((page) => sees(page, messages)),
          );
        }
      },
    );

    await story.step(
      "after realtime is killed both recover, and nothing is missing",
      async () => {
        await stack.kill("realtime");
        await adas.locator(".status.reconnecting").waitFor();
        await send(adas, "Sent while it was down");
        await stack.restart("realtime");
        await Promise.all([live(adas), live(graces)]);
        await sees(graces, [...messages, "Sent while it was down"]);
        await send(graces, "Back again");
        messages.push("Sent while it was down", "Back again");
        await sees(adas, messages);
        await sees(graces, messages);
        await graces.reload();
        await sees(graces, messages);
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
        heard.push(await stopDictation(adas));
        const mended = `${heard[0].split(" ").slice(0, -1).join(" ")} patience`;
        await send(adas, mended);
        messages.push(mended);
        await sees(graces, messages);
      },
    );

    await story.step(
      "when nobody listens while she speaks, the recording tells it all",
      async () => {
        await adas.routeWebSocket(
          "**/transcribe/live?*",
          (line) => line.close({ code: 4002 }),
        );
        await startDictation(adas);
        await adas.waitForTimeout(speech.milliseconds);
        heard.push(await stopDictation(adas));
      },
    );

    await story.step(
      "when recognition fails, the same recording is sent again",
      async () => {
        await adas.locator("textarea[name=content]").fill("");
        await startDictation(adas);
        await adas.waitForTimeout(speech.milliseconds);
        await stack.kill("transcriber");
        await adas.getByRole("button", { name: "Stop" }).click();
        await adas.getByText("Speech recognition cannot be reached").waitFor();
        await adas.getByRole("button", { name: "Keep as a file" }).waitFor();
        await stack.restart("transcriber");
        await adas.getByRole("button", { name: "Try again" }).click();
        heard.push(await dictated(adas));
      },
    );

    const roomId = room.split("/").pop()!;
    const recording = speech.path;
    const page = adas;
    await afterwards(
      { stack, story, page, roomId, messages, heard, recording },
    );
    assertEquals([...a.problems, ...g.problems], []);
  } finally {
    await Promise.all([hers.close(), theirs.close()]);
    await stack.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Begins to record. */
export async function startDictation(page: Page) {
  await page.getByRole("button", { name: "Dictate" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
}

/** Ends the dictation; gives the words it put into the composer. */
export async function stopDictation(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Stop" }).click();
  return await dictated(page);
}

/** The words a dictation puts into the empty composer, once it has. */
export async function dictated(page: Page): Promise<string> {
  await page.waitForFunction(() =>
    document.querySelector<HTMLTextAreaElement>("textarea[name=content]")!
      .value !== ""
  );
  const heard = await page.locator("textarea[name=content]").inputValue();
  // The recogniser may mishear a word on a busy machine: that is what mending is for.
  const words = heard.toLowerCase().replace(/\.$/, "").split(" ");
  const right = SENTENCE.split(" ").filter((word) => words.includes(word));
  assert(right.length >= 3, `heard "${heard}"`);
  return heard;
}
