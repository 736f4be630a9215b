/** What people do in the product, step by step, by what they see. */
import type { Page } from "playwright-core";
import { eventually } from "./patience.ts";

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Without script a room's live view never ends, and so neither does its load event. */
export const parsed = { waitUntil: "domcontentloaded" } as const;

export const ada: Person = {
  name: "Ada Lovelace",
  email: "ada@example.com",
  password: "difference engine 1843",
};

export const grace: Person = {
  name: "Grace Hopper",
  email: "grace@example.com",
  password: "nanoseconds on a wire",
};

/** A selfie by the fake camera, or a file where there is no script. */
export type Selfie = { camera: true } | { file: string };

export const byCamera: Selfie = { camera: true };

async function takeSelfie(page: Page, selfie: Selfie) {
  if ("file" in selfie) {
    await page.setInputFiles("input[name=selfie]", selfie.file);
    return;
  }
  await page.getByRole("button", { name: /camera/i }).first().click();
  await page.getByRole("button", { name: /^take/i }).click();
  await page.getByRole("button", { name: /again|retake/i }).waitFor();
}

async function submit(page: Page, name: string | RegExp) {
  await page.getByRole("main").getByRole("button", { name }).click();
}

/** Fills the sign-up form that is open, and sends it. */
export async function fillSignUp(page: Page, person: Person, selfie: Selfie) {
  await page.getByLabel("Name").fill(person.name);
  await page.getByRole("textbox", { name: "E-mail" }).fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await takeSelfie(page, selfie);
  await page.locator("input[name=consent]").check();
  await submit(page, "Create account");
}

/** Signs up from the landing page and ends on the list of rooms. */
export async function signUp(page: Page, person: Person, selfie: Selfie) {
  await page.goto("/register");
  await fillSignUp(page, person, selfie);
  await page.waitForURL("**/rooms", parsed);
}

export async function signOut(page: Page) {
  await page.goto("/rooms", parsed);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL((url) => url.pathname === "/", parsed);
}

/** The password, then the face; where that leads is for the caller to see. */
export async function signIn(page: Page, person: Person, selfie: Selfie) {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await submit(page, /^(continue|sign in)$/i);
  await page.waitForURL("**/login/face*", parsed);
  if ("camera" in selfie) {
    // The photo is sent when it is taken.
    await page.getByRole("button", { name: "Use the camera" }).click();
  } else await takeSelfie(page, selfie);
  await submit(page, "Sign in");
}

/** Waits until the focus is on what has this text. */
export async function focusOn(page: Page, text: string) {
  await page.waitForFunction(
    (text) => document.activeElement?.textContent === text,
    text,
  );
}

/** Creates a room from the list of rooms; gives its path. */
export async function createRoom(page: Page, name: string): Promise<string> {
  await page.goto("/rooms", parsed);
  const disclosure = page.locator("summary", { hasText: "New room" });
  if (await disclosure.isVisible()) await disclosure.click();
  await page.getByLabel("Name of the room").fill(name);
  await submit(page, "Create room");
  await page.waitForURL(/\/rooms\/[^/]+$/, parsed);
  return new URL(page.url()).pathname;
}

/** Opens the first link under this path in the newest e-mail to an address. */
export type OpenLink = (
  page: Page,
  email: string,
  path: "invitations" | "confirm",
) => Promise<void>;

/** What tells the e-mails apart in a list. */
const SUBJECTS = { invitations: "invites you", confirm: "Confirm your e-mail" };

/** {@link OpenLink} where e-mails are in the outbox. */
export const openLinkInOutbox: OpenLink = async (page, email, path) => {
  await page.goto("/outbox");
  await page.getByRole("link").filter({ hasText: `to ${email}` })
    .filter({ hasText: SUBJECTS[path] }).first().click();
  const link = page.getByRole("link", { name: new RegExp(`/${path}/`) });
  await page.goto((await link.getAttribute("href"))!);
};

/** Confirms the e-mail address of whoever is signed in, unless it is confirmed. */
async function confirmAddress(page: Page, openLink: OpenLink) {
  const notice = page.locator(".notice", { hasText: "Confirm your e-mail" });
  if (!await notice.isVisible()) return;
  await openLink(page, await notice.locator("bdi").innerText(), "confirm");
  await submit(page, "Confirm my address");
  await page.getByText("Your address is confirmed").waitFor();
}

/** Archives a room, as an admin of it. */
export async function archive(page: Page, room: string) {
  await page.goto(`${room}/members`);
  await page.locator("summary", { hasText: "Archive this room" }).click();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await page.getByText("The room is archived").waitFor();
}

/** Confirms somebody's address by the newest e-mail in the outbox. */
export async function confirmInOutbox(page: Page, { email }: Person) {
  await openLinkInOutbox(page, email, "confirm");
  await submit(page, "Confirm my address");
  await page.getByText("Your address is confirmed").waitFor();
}

/** Invites by e-mail from the members page. */
export async function invite(
  page: Page,
  room: string,
  email: string,
  openLink = openLinkInOutbox,
) {
  await page.goto(`${room}/members`);
  await confirmAddress(page, openLink);
  await page.goto(`${room}/members`);
  await page.getByLabel("E-mail").fill(email);
  await submit(page, /invite|invitation/i);
  await page.getByText(/Invitation (sent|created)/).waitFor();
}

/** Opens the newest invitation to this address in the outbox. */
export const openInvitation = (page: Page, email: string): Promise<void> =>
  openLinkInOutbox(page, email, "invitations");

/** Accepts the invitation that is open; gives the room's path. */
export async function join(page: Page): Promise<string> {
  await submit(page, "Join the room");
  await page.waitForURL(/\/rooms\/[^/]+$/, parsed);
  return new URL(page.url()).pathname;
}

/** Waits until the room's connection is live. */
export async function live(page: Page) {
  await page.locator(".status.live").waitFor();
}

/** Waits until rows that the server sent are alive, and keys are heard: what comes last has run. */
export async function awake(page: Page) {
  await page.locator('.message .at[tabindex="-1"]').first()
    .waitFor({ state: "attached" });
}

export async function send(page: Page, text: string) {
  const composer = page.locator("textarea[name=content]");
  await composer.fill(text);
  await composer.press("Enter");
}

/** The texts of the messages shown, in order. */
export function shown(page: Page): Promise<string[]> {
  return page.locator("[role=log] .text").allInnerTexts();
}

/** Waits until exactly these messages are shown, in this order. */
export async function sees(page: Page, texts: string[]) {
  const wanted = JSON.stringify(texts);
  const seen = async () => JSON.stringify(await shown(page));
  await eventually(
    async () => await seen() === wanted ? true : undefined,
    async () => `expected ${wanted}, shown ${await seen()}`,
  );
}
