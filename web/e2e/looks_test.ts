import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import {
  cutPlaceholders,
  findings,
  moved,
  overflow,
  STEADY,
  unprinted,
} from "./looks.ts";
import { selfieFile } from "./media.ts";
import { eventually } from "./patience.ts";
import {
  ada,
  archive,
  createRoom,
  grace,
  invite,
  live,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

const WINDOWS = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];

const SCHEMES = ["light", "dark"] as const;

async function messages(room: string, page: Page, count: number) {
  const id = room.split("/").pop();
  for (let i = 0; i < count; i++) {
    const response = await page.request.post("/api/messages", {
      data: {
        roomId: id,
        clientId: `m${i}`,
        content: [
          "A first thought about the engine.",
          "A longer one, to see how lines break when somebody explains at length what they mean, with a link: https://example.com/a/very/long/path/that/has/to/wrap/somewhere/or/other",
          "مرحبا، هذه رسالة من اليمين إلى اليسار",
          "Wordwithoutanyspaces".repeat(8),
        ][i % 4],
      },
    });
    assertEquals(response.status(), 201);
  }
}

/** Asks for a new password; gives the path of the link in the e-mail. */
async function forget(page: Page, email: string): Promise<string> {
  await page.goto("/login/forgot");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("heading", { name: "Check your e-mail" }).waitFor();
  const mail = page.getByRole("link").filter({ hasText: `to ${email}` })
    .filter({ hasText: "Choose a new" });
  // It leaves after the answer, which tells nobody whether there is such an account.
  await eventually(async () => {
    await page.goto("/outbox");
    return await mail.count() || undefined;
  }, () => `No e-mail to ${email}`);
  await mail.first().click();
  const link = page.getByRole("link", { name: /\/login\/reset\// });
  return new URL((await link.getAttribute("href"))!).pathname;
}

/**
 * Who looks at a page: nobody in particular, Ada half-way in, somebody about to make a passkey, Ada,
 * her browser without script, Bob.
 */
type Who = "anyone" | "half" | "new" | "ada" | "plain" | "bob";

/** A page: its address, and the name of its pictures. */
type Look = [who: Who, path: string, name: string];

/** The page of a message of Ada's with everything a message can have. */
async function richMessage(page: Page, room: string): Promise<string> {
  const data = {
    roomId: room.split("/").at(-1),
    clientId: "rich",
    content: "Shall we **not** see https://example.com/a?b=c and `this`?",
  };
  const sent = await page.request.post("/api/messages", { data });
  const { id } = (await sent.json()).message ?? await sent.json();
  const path = `${room}/messages/${id}`;
  for (const emoji of ["👍", "🎉"]) {
    await page.goto(path);
    await page.getByRole("main").getByRole("button", { name: emoji }).click();
    await page.locator(`[aria-pressed=true]`, { hasText: emoji }).waitFor();
  }
  return path;
}

/** The newest e-mail to an address: its page, and the path of the link in it. */
async function newestMail(page: Page, email: string, path: string) {
  await page.goto("/outbox");
  const mail = await page.getByRole("link").filter({ hasText: email }).first()
    .getAttribute("href");
  await page.goto(mail!);
  const link = page.getByRole("link", { name: new RegExp(`/${path}/`) });
  const { pathname } = new URL((await link.getAttribute("href"))!);
  return { mail: mail!, link: pathname };
}

/** What the addresses of all pages look like, by the files of the routes. */
async function routes(
  folder = new URL("../routes/", import.meta.url),
  at = "",
) {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name.startsWith("_") || name === "api" || name.includes("_test")) {
      continue;
    }
    if (isDirectory) {
      const inside = new URL(`${name}/`, folder);
      found.push(...await routes(inside, `${at}/${name}`));
    } else if (name.endsWith(".tsx") || name === "live.ts") {
      found.push(`${at}/${name.replace(/\.tsx?$/, "")}`);
    }
  }
  return found;
}

/** The routes no page that was looked at belongs to. */
async function unseen(looks: Look[]): Promise<string[]> {
  return (await routes()).filter((route) => {
    const pattern = route.replace(/\/index$/, "").replaceAll(
      /\[\w+\]/g,
      "[^/?]+",
    );
    const page = new RegExp(`^${pattern || "/"}(\\?.*)?$`);
    return !looks.some(([, path]) => page.test(path));
  });
}

Deno.test({
  name: "every page passes axe, fits its window and has its pictures taken",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    // A room is filled faster here than people write.
    const stack = await startStack({ MESSAGE_BURST: "1000" });
    const browser: Browser = await openBrowser();
    try {
      const first = await openContext(browser, stack.url);
      const page = await first.context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const empty = await createRoom(page, "Nothing said yet");
      const long = "A room whose name is quite a bit longer than most";
      const short = await createRoom(page, "A word or two");
      await messages(short, page, 6);
      const full = await createRoom(page, long);
      await messages(full, page, 60);
      await invite(page, full, grace.email);
      const invited = await newestMail(page, grace.email, "invitations");
      const rich = await richMessage(page, full);
      const old = await createRoom(page, "What we said last year");
      await messages(old, page, 6);
      await archive(page, old);
      await page.goto(`${full}/members`);
      await page.getByRole("button", { name: "Make a link" }).click();
      const joining = new URL(
        await page.getByLabel("Whoever has this link").inputValue(),
      ).pathname;
      const somebody = (await page.locator(".person-name a").first()
        .getAttribute("href"))!;
      const storageState = await first.context.storageState();

      const visitor = await openContext(browser, stack.url);
      const reset = await forget(await visitor.context.newPage(), ada.email);
      await visitor.context.close();

      // He has not confirmed his address.
      const bob = {
        ...grace,
        name: "Bob",
        email: `${"b".repeat(60)}@${"example-".repeat(6)}x.com`,
      };
      const third = await openContext(browser, stack.url);
      const bobs = await third.context.newPage();
      await signUp(bobs, bob, { file: await selfieFile(folder, "grace") });
      const own = await createRoom(bobs, "Bob’s own");
      const confirm = await newestMail(bobs, bob.email, "confirm");

      const looks: Look[] = [
        ["anyone", "/", "landing"],
        ["anyone", "/docs", "docs"],
        ["anyone", "/register", "register"],
        ["anyone", "/login", "login"],
        ["anyone", "/login/forgot", "login-forgot"],
        ["anyone", reset, "login-reset"],
        ["anyone", "/nothing-here", "nothing-here"],
        ["anyone", "/offline", "offline"],
        ["anyone", invited.link, "invitation-stranger"],
        ["anyone", joining, "join-stranger"],
        ["ada", joining, "join-member"],
        ["half", "/login/face", "login-face"],
        ["half", "/login/code", "login-code"],
        ["half", "/login/passkey", "login-passkey"],
        ["half", "/login/recovery", "login-recovery"],
        ["new", "/register/passkey", "register-passkey"],
        ["ada", "/rooms", "rooms"],
        ["ada", "/rooms/new", "rooms-new"],
        ["ada", empty, "room-empty"],
        ["ada", short, "room-short"],
        ["ada", full, "room"],
        ["ada", `${full}/members`, "members"],
        ["ada", `${full}/search`, "search-empty"],
        ["ada", `${full}/search?q=thought`, "search"],
        ["ada", `${full}/search?q=nowhere`, "search-nothing"],
        ["ada", `${full}/files`, "files"],
        ["ada", `${full}/around/30`, "around"],
        ["ada", rich, "message"],
        ["ada", `${full}/dictate`, "dictate"],
        ["ada", invited.link, "invitation"],
        ["ada", "/account", "account"],
        ["ada", "/account/face", "account-face"],
        ["ada", "/account/profile", "account-profile"],
        ["ada", "/account/passkeys", "account-passkeys"],
        ["ada", "/account/recovery", "account-recovery"],
        ["ada", "/account/sessions", "account-sessions"],
        ["ada", "/account/activity", "account-activity"],
        ["ada", "/account/email", "account-email"],
        ["ada", "/account/data", "account-data"],
        ["ada", "/account/dictation", "account-dictation"],
        ["ada", "/activity", "activity"],
        ["ada", "/search?q=thought", "search-all"],
        ["ada", "/share?text=Engines", "share"],
        ["ada", "/sign-out", "sign-out"],
        ["anyone", "/address/over", "address-over"],
        ["anyone", "/address/back/over", "address-back-over"],
        ["ada", "/account/notifications", "notifications"],
        ["ada", `${full}/transcripts/none`, "transcript-of-none"],
        ["anyone", "/unsubscribe/none", "unsubscribe"],
        ["ada", "/people", "people"],
        ["ada", "/people?with=", "people-several"],
        ["ada", somebody, "person"],
        ["ada", "/rooms/open", "open-rooms"],
        ["ada", `${old}/archive`, "archived"],
        ["ada", "/outbox", "outbox"],
        ["ada", invited.mail, "mail"],
        ["plain", "/rooms", "rooms-plain"],
        ["plain", empty, "room-empty-plain"],
        ["plain", full, "room-plain"],
        ["plain", `${full}/live?after=1`, "live"],
        ["plain", "/live", "rooms-live"],
        ["bob", "/rooms", "rooms-unconfirmed"],
        ["bob", `${own}/members`, "members-unconfirmed"],
        ["bob", "/account", "account-unconfirmed"],
        ["bob", confirm.link, "confirm"],
        ["bob", confirm.mail, "mail-confirm"],
      ];
      assertEquals(await unseen(looks), []);
      const bobsState = await third.context.storageState();
      for (const viewport of WINDOWS) {
        await t.step(`${viewport.width} pixels wide`, async () => {
          // Colours that are still changing would be measured on their way.
          const screen = { viewport, reducedMotion: "reduce" } as const;
          const open = (options = {}) =>
            openContext(browser, stack.url, { ...screen, ...options });
          const browsers = {
            anyone: await open(),
            half: await open(),
            new: await open(),
            ada: await open({ storageState }),
            plain: await open({ storageState, javaScriptEnabled: false }),
            bob: await open({ storageState: bobsState }),
          };
          const { email, password } = ada;
          const asked = await browsers.half.context.request.post("/api/login", {
            data: { email, password },
          });
          assertEquals(asked.status(), 202);
          const made = await browsers.new.context.request.post("/register", {
            form: {
              ...{ name: "Eve", email: `eve-${viewport.width}@example.com` },
              ...{ password, factor: "passkey" },
            },
            headers: { origin: stack.url },
            maxRedirects: 0,
          });
          assertEquals(made.status(), 303);
          const found: string[] = [];
          for (const [who, path, name] of looks) {
            const page = await browsers[who].context.newPage();
            // What is live never ends.
            const isLive = path.includes("/live");
            const waitUntil = isLive
              ? "commit"
              : who === "plain"
              ? "domcontentloaded"
              : "load";
            await page.goto(path, { waitUntil });
            await page.locator("main").first().waitFor();
            assertEquals(new URL(page.url()).pathname, path.split("?")[0]);
            if (who === "ada" && name.startsWith("room")) {
              if (path !== "/rooms" && path !== "/rooms/new") await live(page);
            }
            // Without script nothing could tell.
            const shift = who === "plain" ? 0 : await moved(page);
            if (shift > STEADY) found.push(`${path} moves by ${shift}`);
            for (const frame of page.frames()) {
              const beyond = await overflow(frame);
              const where = frame.url() === page.url() ? "" : " (its frame)";
              for (const cut of await cutPlaceholders(frame)) {
                found.push(`${path}${where}: ${cut}`);
              }
              if (beyond > 0) {
                found.push(`${path}${where} is ${beyond} px too wide`);
              }
            }
            for (const colorScheme of SCHEMES) {
              await page.emulateMedia({ colorScheme });
              const file = `${name}-${viewport.width}-${colorScheme}.png`;
              await page.screenshot({
                path: new URL(file, SHOTS).pathname,
                fullPage: true,
              });
              for (const finding of await findings(page, colorScheme)) {
                found.push(`${who} ${path} ${colorScheme} ${finding}`);
              }
            }
            if (name === "room") found.push(...await unprinted(page));
            await page.close();
          }
          assertEquals(found, []);
          for (const { context, problems } of Object.values(browsers)) {
            assertEquals(problems, []);
            await context.close();
          }
        });
      }
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
