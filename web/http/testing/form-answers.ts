/** What tests of forms send, and read in answers and e-mails. */
import { assertEquals } from "@std/assert";
import type { TestApp } from "./app.ts";

/** A cookie an answer sets, as it is sent back; empty when it sets none. */
export const cookieOf = (answer: Response, name: string): string =>
  answer.headers.getSetCookie()
    .find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0] ?? "";

/** A form with these fields, and photos as its file input has them. */
export function withFile(
  fields: Record<string, string>,
  ...pictures: Uint8Array<ArrayBuffer>[]
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const picture of pictures) {
    form.append("selfie", new File([picture], "me.jpg"));
  }
  return form;
}

/** The digits in the newest e-mail. */
export const codeIn = (app: TestApp): string =>
  app.mails.at(-1)!.text.match(/\d{3} \d{3}/)![0];

/** The right password, and the cookie of the half-way state. */
export async function firstStep(app: TestApp, email: string): Promise<string> {
  const password = "correct horse battery";
  const answer = await app.send("/login?next=/account", { email, password });
  assertEquals(answer.status, 303);
  assertEquals(
    answer.headers.get("location"),
    "/login/face?next=%2Faccount",
  );
  assertEquals(cookieOf(answer, "chatsphere_session"), "");
  return cookieOf(answer, "chatsphere_login");
}
