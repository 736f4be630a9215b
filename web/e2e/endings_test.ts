import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { cameraFile, selfieFile } from "./media.ts";
import {
  ada,
  archive,
  awake,
  createRoom,
  focusOn,
  grace,
  invite,
  join,
  live,
  openInvitation,
  parsed,
  send,
  signIn,
  signOut,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

const header = (page: Page) => page.locator(".status");

/** Opens the form of the camera, and takes and retakes by keyboard alone. */
async function cameraByKeyboard(page: Page) {
  await page.goto("/register");
  const button = (name: string) => page.getByRole("button", { name });
  const presses = async (name: string, then: string) => {
    await focusOn(page, name);
    await page.keyboard.press("Enter");
    await focusOn(page, then);
  };
  await button("Use the camera").focus();
  await presses("Use the camera", "Take photos");
  await page.keyboard.press("Tab");
  await presses("Cancel", "Use the camera");
  await presses("Use the camera", "Take photos");
  await presses("Take photos", "Take again");
}

/** In a room that ended: nothing can be sent, and what was written is there to be copied. */
async function isClosed(page: Page, draft: string) {
  const composer = page.locator("textarea[name=content]");
  assertEquals(await composer.inputValue(), draft);
  assertEquals(await composer.isEditable(), false);
  assertEquals(await page.getByLabel("Send").isDisabled(), true);
}

Deno.test({
  name:
    "rooms end with the session and the membership, and keep what was written",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser({
      camera: await cameraFile(folder, "ada"),
    });
    const file = { file: await selfieFile(folder, "ada") };
    const graces = { file: await selfieFile(folder, "grace") };
    const contexts = [
      await openContext(browser, stack.url),
      await openContext(browser, stack.url),
      await openContext(browser, stack.url),
    ];
    const [first, second, guest] = await Promise.all(
      contexts.map(({ context }) => context.newPage()),
    );
    let room = "";
    const removeGuest = async () => {
      await first.goto(`${room}/members`);
      await first.locator("summary", { hasText: "Change" }).last().click();
      await first.getByRole("button", { name: "Remove from the room" }).click();
      await header(guest).getByText("You are no longer in this room.")
        .waitFor();
    };
    try {
      await t.step("the focus goes along with the camera", async () => {
        await cameraByKeyboard(first);
      });

      await t.step(
        "signing out in one tab ends the room in the other",
        async () => {
          await signUp(first, ada, file);
          room = await createRoom(first, "Endings");
          await live(first);
          await signIn(second, ada, file);
          await second.waitForURL("**/rooms", parsed);
          await second.goto(room);
          await live(second);
          const composer = first.locator("textarea[name=content]");
          await composer.fill("half a thought");
          await signOut(await contexts[0].context.newPage());
          await header(first).getByText("You are signed out.").waitFor();
          await isClosed(first, "half a thought");
          await send(second, "another session goes on");
          await second.locator(".message:not(.sending):not(.failed)", {
            hasText: "another session goes on",
          }).waitFor();
          await header(first).getByRole("link", {
            name: "Sign in to continue.",
          })
            .click();
          await first.waitForURL(`**/login?next=${room}`);
        },
      );

      await t.step(
        "a sign-out leaves no draft to whoever signs in next",
        async () => {
          await first.getByLabel("E-mail").fill(ada.email);
          await first.getByLabel("Password").fill(ada.password);
          await first.getByRole("main").getByRole("button", {
            name: /continue/i,
          })
            .click();
          await first.waitForURL("**/login/face*");
          await first.setInputFiles("input[name=selfie]", file.file);
          await first.getByRole("main").getByRole("button", { name: "Sign in" })
            .click();
          await first.waitForURL(`**${room}`);
          await live(first);
          const composer = first.locator("textarea[name=content]");
          assertEquals(await composer.inputValue(), "");
          await composer.fill("half a thought");
        },
      );

      await t.step(
        "signing out everywhere ends the other device's room",
        async () => {
          await second.goto("/account");
          await second.getByRole("button", { name: /every device/i }).click();
          await second.waitForURL((url) => url.pathname === "/");
          await header(first).getByText("You are signed out.").waitFor();
          await isClosed(first, "half a thought");
        },
      );

      await t.step("whoever is removed is told where to go", async () => {
        await signIn(first, ada, file);
        await first.waitForURL("**/rooms", parsed);
        await invite(first, room, grace.email);
        await signUp(guest, grace, graces);
        await openInvitation(guest, grace.email);
        await join(guest);
        await live(guest);
        await awake(guest);
        await send(guest, "posted");
        const row = guest.locator(".message:not(.sending)", {
          hasText: "posted",
        });
        const composer = guest.locator("textarea[name=content]");
        await composer.fill("still here?");
        await row.hover();
        await row.getByRole("button", { name: /^Actions for/ }).click();
        await guest.getByRole("button", { name: "Edit" }).click();
        await guest.getByText("Editing your message").waitFor();
        await composer.fill("posted, and bettered");
        await removeGuest();
        await isClosed(guest, "still here?\nposted, and bettered");
        await header(guest).getByRole("link", { name: "Go to your rooms." })
          .click();
        await guest.waitForURL("**/rooms");
        const notice = guest.locator(".waiting", { hasText: "Not sent: 1." });
        await notice.getByText("posted, and bettered").waitFor();
        await notice.getByText("A room you are no longer in").waitFor();
        await notice.getByRole("button", { name: "Discard" }).click();
        await notice.waitFor({ state: "detached" });
      });

      await t.step("however much was not sent covers nothing", async () => {
        await guest.setViewportSize({ width: 390, height: 700 });
        await guest.evaluate(() => {
          const [draft] = Object.keys(sessionStorage).filter((key) =>
            key.endsWith("/draft")
          );
          for (let i = 0; i < 20; i++) {
            const one = { clientId: `a${i}`, content: "words ".repeat(20) };
            const kept = { ...one, timestamp: i, failed: "Not sent." };
            localStorage.setItem(
              draft.replace("draft", `unsent/a${i}`),
              JSON.stringify(kept),
            );
          }
          document.cookie = "unsent=1;path=/";
        });
        await guest.reload();
        const notice = guest.locator(".waiting");
        await notice.getByText("Not sent: 20.").waitFor();
        const main = guest.getByRole("main");
        for (const role of ["link", "button"] as const) {
          for (const one of await main.getByRole(role).all()) {
            await one.click({ trial: true });
          }
        }
        for (let left = 20; left > 0; left--) {
          await notice.getByRole("button", { name: "Discard" }).last().click();
        }
        await notice.waitFor({ state: "detached" });
        await guest.reload();
        assertEquals(await guest.locator(".waiting").count(), 0);
      });

      await t.step(
        "an archived room is heard of while it is open: that it is back, and that it is no more",
        async () => {
          room = await createRoom(first, "Archived");
          await invite(first, room, grace.email);
          await openInvitation(guest, grace.email);
          await join(guest);
          await live(guest);
          await send(guest, "so");
          await awake(guest);
          const composer = guest.locator("textarea[name=content]");
          await composer.fill("where was I");
          await archive(first, room);
          await header(guest).getByText("This room is archived").waitFor();
          await isClosed(guest, "where was I");
          await first.goto(`${room}/members`);
          await first.getByRole("button", { name: "Bring this room back" })
            .click();
          await first.getByText("The room is back.").waitFor();
          await live(guest);
          assertEquals(await composer.inputValue(), "where was I");
          await composer.press("Enter");
          await guest.locator(".message:not(.sending):not(.failed)", {
            hasText: "where was I",
          }).waitFor();
          assertEquals(await guest.locator(".message.failed").count(), 0);

          await contexts[2].context.setOffline(true);
          await header(guest).getByText("You are offline").waitFor();
          await archive(first, room);
          await contexts[2].context.setOffline(false);
          await header(guest).getByText("This room is archived").waitFor();
          await isClosed(guest, "");
          await first.goto(`${room}/members`);
          await first.locator("summary", { hasText: "End this room" }).click();
          await first.getByRole("button", { name: "End it for everyone" })
            .click();
          await first.waitForURL("**/rooms", parsed);
          await header(guest).getByText("You are no longer in this room.")
            .waitFor();
          await isClosed(guest, "");
          room = await createRoom(first, "Voices");
        },
      );

      await t.step("a recording that runs then hears why", async () => {
        await invite(first, room, grace.email);
        await openInvitation(guest, grace.email);
        await join(guest);
        await live(guest);
        await guest.getByRole("button", { name: "Dictate" }).click();
        const stop = guest.getByRole("button", { name: "Stop" });
        await stop.waitFor();
        await removeGuest();
        await stop.click();
        await guest.getByText("you are not a member of it").waitFor();
        await guest.getByRole("button", { name: "Keep as a file" }).waitFor();
      });

      assertEquals(contexts.flatMap(({ problems }) => problems), []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
