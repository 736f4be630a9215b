import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import encodePng from "@jsquash/png/encode.js";
import type { APIResponse, Page } from "playwright-core";
import { tone } from "../attacks/recordings.ts";
import { openBrowser, openContext } from "./browser.ts";
import { chapters } from "./chapters.ts";
import { selfieFile } from "./media.ts";
import {
  ada,
  awake,
  createRoom,
  grace,
  invite,
  join,
  live,
  openInvitation,
  send,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

async function picture(shade: number): Promise<Buffer> {
  const data = new Uint8ClampedArray(64 * 48 * 4).fill(shade);
  return Buffer.from(await encodePng(new ImageData(data, 64, 48)));
}

/** What a program of somebody who is signed in does in a room. */
function programOf({ request }: Page, url: string, room: string) {
  const roomId = room.split("/").at(-1)!;
  const answered = async (asked: Promise<APIResponse>) => {
    const answer = await asked;
    assert(answer.ok(), `${answer.status()} ${await answer.text()}`);
    return answer;
  };
  const keep = async (path: string, data: Buffer) => {
    const headers = { "content-type": "application/octet-stream" };
    const kept = request.post(`/api/rooms/${roomId}/${path}`, {
      ...{ data, headers },
    });
    return await (await answered(kept)).json();
  };
  return {
    keepFile: async (name: string, data: Buffer): Promise<string> =>
      (await keep(`files?name=${name}`, data)).id,
    keepVoice: async (): Promise<{ clip: string }> =>
      (await keep("voice?hear=false", Buffer.from(tone(20)))).voice,
    async say(content: string, more: object = {}): Promise<string> {
      const clientId = crypto.randomUUID();
      const data = { roomId, clientId, content, ...more };
      const said = await answered(request.post("/api/messages", { data }));
      return (await said.json()).id;
    },
    async remove(id: string): Promise<void> {
      await answered(request.post(`${room}/messages/${id}`, {
        form: { intent: "delete" },
        headers: { origin: url },
      }));
    },
  };
}

Deno.test({
  name: "what is gone goes from pages that are open, whatever shows it there",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser({
      flags: ["--autoplay-policy=no-user-gesture-required"],
    });
    try {
      const a = await openContext(browser, stack.url);
      const g = await openContext(browser, stack.url);
      const page = await a.context.newPage();
      const graces = await g.context.newPage();
      const { step } = chapters(t, stack, [page, graces]);
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Gallery");
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      await invite(page, room, grace.email);
      await openInvitation(graces, grace.email);
      assertEquals(await join(graces), room);
      const program = programOf(graces, stack.url, room);
      const { say, remove, keepFile } = program;
      const shown = async (shade: number, name: string) =>
        await say("", { files: [await keepFile(name, await picture(shade))] });
      const [one, two] = [
        await shown(60, "one.png"),
        await shown(150, "two.png"),
      ];
      await shown(210, "three.png");
      const spoken = await say("", { voice: await program.keepVoice() });
      const answered = await say("A secret recipe");
      const read = await say("Another secret");
      await say("Look at this", {
        files: [await keepFile("plan.txt", Buffer.from("the plan"))],
      });
      await page.goto(room);
      await live(page);
      await awake(page);

      await step("a picture that is looked at says so", async () => {
        await page.locator("a.picture").first().click();
        const viewer = page.getByRole("dialog", { name: "Pictures" });
        const status = viewer.getByRole("status");
        await status.getByText("1 of 3").waitFor();
        // One that is not looked at is no longer among them.
        await remove(two);
        await status.getByText("1 of 2").waitFor();
        await viewer.getByRole("link", { name: "Download" }).focus();
        await remove(one);
        await viewer.getByText("This picture was deleted.").waitFor();
        assertEquals(await viewer.getByRole("img").count(), 0);
        assertEquals(await viewer.getByText("one.png").count(), 0);
        assertEquals(await viewer.getByText("Download").count(), 0);
        await page.waitForFunction(() =>
          document.activeElement!.textContent === "Close"
        );
        await page.keyboard.press("ArrowRight");
        await status.getByText("1 of 1").waitFor();
        await viewer.getByRole("img", { name: "three.png" }).waitFor();
        await page.keyboard.press("Escape");
        await viewer.waitFor({ state: "detached" });
      });

      await step("a picture stays whose message is drawn anew", async () => {
        const row = page.locator(".message:has(a.picture)");
        await row.locator("a.picture").click();
        const viewer = page.getByRole("dialog", { name: "Pictures" });
        const id = await row.getAttribute("id");
        await graces.request.post(`${room}/messages/${id}`, {
          form: { intent: "react", emoji: "👍", on: "1" },
          headers: { origin: stack.url },
        });
        await row.locator(".reactions button").waitFor();
        assertEquals(await viewer.getByText("was deleted").count(), 0);
        await viewer.getByRole("img", { name: "three.png" }).waitFor();
        await page.keyboard.press("Escape");
        await viewer.waitFor({ state: "detached" });
      });

      await step("a voice note falls silent", async () => {
        await page.getByRole("button", { name: "Play Grace" }).click();
        const bar = page.getByRole("group", { name: "Voice note" });
        await bar.getByRole("button", { name: "Pause" }).waitFor();
        await remove(spoken);
        await bar.waitFor({ state: "detached" });
        const playing = await page.locator("audio").evaluateAll((all) =>
          all.some((audio) => !(audio as HTMLAudioElement).paused)
        );
        assertEquals(playing, false);
      });

      const menuOf = async (text: string) => {
        const row = page.locator(".message", { hasText: text });
        await row.getByRole("button", { name: /^Actions for/ }).click();
        return page.getByRole("dialog", { name: "Grace Hopper’s message" });
      };

      await step("a reply no longer shows what it answers", async () => {
        const menu = await menuOf("A secret recipe");
        await menu.getByRole("button", { name: "Reply" }).click();
        const mode = page.locator(".mode", { hasText: "Replying to" });
        await mode.getByText("A secret recipe").waitFor();
        await remove(answered);
        await mode.getByText("Deleted").waitFor();
        assertEquals(await page.getByText("A secret recipe").count(), 0);
        await mode.getByRole("button", { name: "Cancel" }).click();
      });

      await step("its menu closes", async () => {
        const menu = await menuOf("Another secret");
        await menu.getByRole("button", { name: "Reply" }).waitFor();
        await remove(read);
        await menu.waitFor({ state: "detached" });
        await page.locator("#write").getByText("This message was deleted.")
          .waitFor();
      });

      await step("the files of whoever deletes their account go", async () => {
        const row = page.locator(".message", { hasText: "Look at this" });
        await row.getByRole("link", { name: "plan.txt" }).waitFor();
        await graces.goto("/account");
        await graces.getByText("Delete this account").click();
        await graces.locator("#delete-password").fill(grace.password);
        await graces.getByRole("button", { name: "Delete my account for good" })
          .click();
        await row.getByRole("link", { name: "plan.txt" })
          .waitFor({ state: "detached" });
        assertEquals(await page.locator("a.picture").count(), 0);
        await row.getByText("Look at this").waitFor();
        assertEquals(await row.getByText("edited").count(), 0);
        await send(page, "Goodbye, Grace");
        await page.locator(".message:not(.sending)", { hasText: "Goodbye" })
          .waitFor();
      });
      assertEquals([...a.problems, ...g.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
