import type { BrowserContext, Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { keepNotifications } from "./notifications.ts";
import { eventually } from "./patience.ts";
import { ada, createRoom, live, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

/** Gives the service worker of a page what a push service would. */
async function pushes(context: BrowserContext, page: Page, origin: string) {
  const tools = await context.newCDPSession(page);
  const known = Promise.withResolvers<string>();
  tools.on(
    "ServiceWorker.workerRegistrationUpdated",
    ({ registrations: [first] }) =>
      first && known.resolve(first.registrationId),
  );
  await tools.send("ServiceWorker.enable");
  const registrationId = await known.promise;
  return (told: unknown) =>
    tools.send("ServiceWorker.deliverPushMessage", {
      origin,
      registrationId,
      data: JSON.stringify(told),
    });
}

/** The titles of what is shown, in their order. */
const shownIn = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { getNotifications } = ServiceWorkerRegistration.prototype;
    const registration = await navigator.serviceWorker.ready;
    const shown = await getNotifications.call(registration);
    return shown.map(({ title }) => title).sort();
  });

const untilShown = (page: Page, titles: string[]) =>
  eventually(
    async () =>
      JSON.stringify(await shownIn(page)) === JSON.stringify(titles) ||
      undefined,
    async () => JSON.stringify(await shownIn(page)),
  );

Deno.test({
  name:
    "a push is shown once, not for what one looks at, and goes when it was read",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context } = await openContext(browser, stack.url);
      const origin = new URL(stack.url).origin;
      await context.grantPermissions(["notifications"], { origin });
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Bakery");
      await live(page);
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
      const roomId = new URL(room, stack.url).pathname.split("/")[2];
      const [worker] = context.serviceWorkers();
      await worker!.evaluate(keepNotifications);
      const push = await pushes(context, page, origin);
      const message = (offset: number, of = roomId) => ({
        kind: "message",
        title: `Bob ${offset}`,
        room: "",
        body: "Bread at nine",
        url: `/rooms/${of}/around/${offset}`,
        tag: `m${offset}`,
        roomId: of,
        offset,
      });
      await page.goto("/rooms");
      await push(message(1));
      await push(message(2));
      // The same one, sent again after a process had ended.
      await push(message(2));
      await untilShown(page, ["Bob 1", "Bob 2"]);
      await push({ kind: "read", roomId, offset: 1 });
      await untilShown(page, ["Bob 2"]);

      // Somebody is looking at this room, and at no other.
      await page.goto(room);
      await live(page);
      await page.bringToFront();
      await push(message(3));
      await push(message(4, "another-room-of-hers"));
      await untilShown(page, ["Bob 2", "Bob 4"]);

      // "Mark read" tells the server, and takes away what it was about.
      await worker!.evaluate(async () => {
        // deno-lint-ignore no-explicit-any -- the types here are those of pages
        const scope = globalThis as any;
        const all = await scope.registration.getNotifications();
        const notification = all.find((it: Notification) =>
          it.title === "Bob 2"
        );
        const init = { notification, action: "read" };
        scope.dispatchEvent(
          new scope.NotificationEvent("notificationclick", init),
        );
      });
      await untilShown(page, ["Bob 4"]);
      const asked = '"method":"POST","route":"/rooms/:id/read"';
      await eventually(
        () =>
          Promise.resolve(
            stack.output.some((line) => line.includes(asked)) || undefined,
          ),
        () => "The server was not told.",
      );

      // Touched, it goes, and the page that is open leads to the message.
      await worker!.evaluate(async () => {
        // deno-lint-ignore no-explicit-any -- the types here are those of pages
        const scope = globalThis as any;
        const [notification] = await scope.registration.getNotifications();
        const init = { notification };
        scope.dispatchEvent(
          new scope.NotificationEvent("notificationclick", init),
        );
      });
      await page.waitForURL("**/rooms/another-room-of-hers/around/4");
      await untilShown(page, []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
