import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { openBrowser, openContext } from "./browser.ts";
import { findings, overflow } from "./looks.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import {
  ada,
  createRoom,
  grace,
  invite,
  join,
  live,
  openInvitation,
  send,
  signUp,
} from "./people.ts";
import { startDictation } from "./story.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

/** The recordings in the transcriber's folder. */
const clipsIn = async (dataDir: string): Promise<string[]> =>
  (await Array.fromAsync(Deno.readDir(`${dataDir}/clips`)))
    .map(({ name }) => name).filter((name) => name.endsWith(".audio"));

Deno.test({
  name:
    "a voice note is played by its words, found by them, and goes with its message",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    const speech = await microphoneFile(folder, "go forward ten meters");
    const stack = await startStack();
    const browser = await openBrowser({
      microphone: speech.path,
      flags: ["--autoplay-policy=no-user-gesture-required"],
    });
    try {
      const a = await openContext(browser, stack.url);
      const g = await openContext(browser, stack.url, {
        viewport: { width: 390, height: 844 },
      });
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      const file = await selfieFile(folder, "ada");
      await signUp(adas, ada, { file });
      const room = await createRoom(adas, "Bakery");
      const other = await createRoom(adas, "Kitchen");
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      await invite(adas, room, grace.email);
      await openInvitation(graces, grace.email);
      assertEquals(await join(graces), room);
      await live(graces);

      // Ada hands a recording in as a program does, and corrects its words.
      const id = room.split("/").pop()!;
      const answer = await adas.request.post(`/api/rooms/${id}/voice`, {
        data: Buffer.from(await Deno.readFile(speech.path)),
        headers: { "content-type": "application/octet-stream" },
      });
      const heard = await answer.json();
      assertEquals(answer.status(), 201, JSON.stringify(heard));
      const words: [string, number, number][] = heard.voice.words;
      assert(words.length > 1);
      const corrected = `Please ${heard.text} soon`;
      await adas.request.post("/api/messages", {
        data: {
          ...{ roomId: id, clientId: "v1", content: corrected },
          voice: { clip: heard.voice.clip },
        },
      });

      // Grace presses a word that stayed, and hears from there.
      const row = graces.locator(".message", { hasText: corrected });
      await row.getByRole("button", { name: "Play Ada" }).waitFor();
      const last = words.at(-1)!;
      const at = corrected.toLowerCase().lastIndexOf(last[0].toLowerCase());
      const place = await row.locator(".text").evaluate((text, at) => {
        const range = document.createRange();
        range.setStart(text.firstChild!, at);
        range.setEnd(text.firstChild!, at + 1);
        const { left, top, width, height } = range.getBoundingClientRect();
        return { x: left + width, y: top + height / 2 };
      }, at);
      const audio = graces.locator("audio").last();
      const timeOf = () =>
        audio.evaluate((it) => (it as HTMLAudioElement).currentTime);
      const begun: number[] = [];
      await graces.exposeFunction("began", (at: number) => begun.push(at));
      await graces.evaluate(() =>
        document.addEventListener(
          "seeked",
          ({ target }) =>
            (globalThis as unknown as { began(at: number): void })
              .began((target as HTMLAudioElement).currentTime),
          true,
        )
      );
      await graces.mouse.click(place.x, place.y);
      await eventually(
        () => Promise.resolve(begun.length > 0 || undefined),
        () => "It was not sought",
      );
      assert(
        Math.abs(begun[0] - last[1] / 1_000) < 0.1,
        `${begun[0]} s, and not ${last[1]} ms`,
      );
      const bar = graces.getByRole("group", { name: "Voice note" });
      await eventually(
        async () => await timeOf() > begun[0] + 0.2 || undefined,
        () => "It does not play",
      );

      // Faster; from word to word by keyboard; and it is seen to be where it is.
      await bar.getByRole("button", { name: "Speed: 1" }).click();
      await bar.getByRole("button", { name: "Speed: 1.25" }).waitFor();
      await row.getByRole("button", { name: "Play Ada" }).click();
      const slider = bar.getByRole("slider", { name: "Position" });
      await slider.focus();
      await eventually(
        () => audio.evaluate((it) => (it as HTMLAudioElement).paused),
        () => "It does not stop",
      );
      for (let i = 0; i < 12; i++) await graces.keyboard.press("ArrowLeft");
      const first = await timeOf();
      await graces.keyboard.press("ArrowRight");
      await eventually(
        async () => await timeOf() > first || undefined,
        () => "The keyboard does not move it",
      );
      const found: string[] = [];
      for (const colorScheme of ["light", "dark"] as const) {
        await graces.emulateMedia({ colorScheme });
        const shot = new URL(`voice-${colorScheme}.png`, SHOTS);
        await graces.screenshot({ path: shot.pathname });
        found.push(...await findings(graces, colorScheme));
      }
      if (await overflow(graces) > 0) found.push("too wide");
      assertEquals(found, []);

      // It goes on, from where it is, in the next page.
      await row.getByRole("button", { name: "Play Ada" }).click();
      await adas.goto(other);
      await graces.goto(`${room}?newest`);
      await live(graces);
      await bar.waitFor();
      await bar.getByRole("button", { name: "Close" }).click();
      await bar.waitFor({ state: "detached" });

      // Its words are found.
      await graces.goto(`${room}/search?q=${words[0][0]}`);
      await graces.locator(".found-text", { hasText: corrected }).waitFor();

      // Deleted, its bytes are gone, and the address as well.
      const dataDir = stack.env.DATA_DIR;
      assertEquals((await clipsIn(dataDir)).length, 1);
      await adas.goto(room);
      await live(adas);
      const mine = adas.locator(".message", { hasText: corrected });
      const path = `${room}/messages/${await mine.getAttribute("id")}`;
      assertEquals((await graces.request.get(`${path}/voice`)).status(), 200);
      await adas.goto(path);
      await adas.getByText("Delete this message").click();
      await adas.getByRole("button", { name: "Delete for everyone" }).click();
      await adas.getByText("Message deleted.").waitFor();
      await eventually(
        async () => (await clipsIn(dataDir)).length === 0 || undefined,
        () => "The recording is still there",
      );
      assertEquals((await graces.request.get(`${path}/voice`)).status(), 404);
      await adas.goto(room);
      await send(adas, "Bye");
      assertEquals([...a.problems, ...g.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "what is said goes along with its words, or they alone; held, the microphone ends with the press",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    const speech = await microphoneFile(folder, "go forward ten meters");
    const stack = await startStack();
    const browser = await openBrowser({ microphone: speech.path });
    try {
      const { context, problems } = await openContext(browser, stack.url, {
        viewport: { width: 390, height: 844 },
      });
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      await createRoom(page, "Bakery");
      await live(page);
      const composer = page.locator("textarea[name=content]");
      const written = () =>
        eventually(
          async () => await composer.inputValue() || undefined,
          () => "No words came",
        );
      const clips = () => clipsIn(stack.env.DATA_DIR).catch(() => []);
      const textOnly = page.getByRole("button", { name: "Send the text only" });

      // A tap, and Stop; a word is corrected, and both are sent.
      await startDictation(page);
      await page.waitForTimeout(speech.milliseconds);
      await page.getByRole("button", { name: "Stop" }).click();
      await written();
      await textOnly.waitFor();
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const shot = new URL(`voice-tray-${colorScheme}.png`, SHOTS);
        await page.screenshot({ path: shot.pathname });
        assertEquals(await findings(page, colorScheme), []);
      }
      assertEquals(await overflow(page), 0);
      // Without words there is no text that could be sent alone.
      await composer.fill(" ");
      await page.getByRole("button", { name: "Discard recording" }).waitFor();
      assertEquals(await textOnly.count(), 0);
      await composer.fill("Go");
      await textOnly.waitFor();
      await send(page, "Go forward ten metres, please");
      const row = page.locator(".message", { hasText: "ten metres" });
      await row.locator(".wave").waitFor();
      await textOnly.waitFor({ state: "detached" });
      assertEquals((await clips()).length, 1);
      // The times of its words follow.
      const path = new URL(page.url()).pathname;
      const roomId = path.split("/").pop()!;
      await eventually(
        async () => {
          const answer = await page.request.get(
            `/api/messages?roomId=${roomId}`,
          );
          const { messages: [message] } = await answer.json();
          return message?.voice.words?.length > 1 || undefined;
        },
        () => "The words have no times",
      );
      assertEquals(await row.locator(".mark").count(), 0);

      // Held for a moment and let go; the words alone are sent.
      const mic = await page.getByRole("button", { name: "Dictate" })
        .boundingBox();
      await page.mouse.move(mic!.x + 10, mic!.y + 10);
      await page.mouse.down();
      await page.getByRole("button", { name: "Stop" }).waitFor();
      await page.waitForTimeout(1_500);
      await page.mouse.up();
      await page.getByRole("button", { name: "Stop" })
        .waitFor({ state: "detached" });
      const close = page.getByRole("button", { name: /^(Discard|Done)$/ });
      await eventually(
        async () =>
          await close.isVisible() || await textOnly.isVisible() || undefined,
        () => "Nothing came of it",
      );
      if (await textOnly.isVisible()) await textOnly.click();
      if (await close.isVisible()) await close.click();
      await send(page, "Only text");
      await page.locator(".message:not(.sending)", { hasText: "Only text" })
        .waitFor();
      await eventually(
        async () => (await clips()).length === 1 || undefined,
        () => "A recording stayed that was not sent",
      );
      assertEquals(await page.locator(".message .wave").count(), 1);
      assertEquals(problems, []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
