/** What tests of passkeys do, as a browser and its authenticator would. */
import { assertEquals } from "@std/assert";
import {
  type Authenticator,
  authenticator,
  type Lie,
} from "../../accounts/passkeys/testing.ts";
import type { TestApp } from "./app.ts";
import { cookieOf } from "./form-answers.ts";

/** Everybody’s password in tests of pages. */
export const PASSWORD = "correct horse battery";

/** The session an answer gives. */
export const sessionOf = (answer: Response) =>
  cookieOf(answer, "chatsphere_session");

/** Asks for options, as static/passkey.js does. */
export async function optionsFor(
  app: TestApp,
  purpose: string,
  { cookie, password }: { cookie?: string; password?: string } = {},
) {
  const answer = await app.ask("/passkey", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ purpose, password }),
    cookie,
  });
  return { answer, options: await answer.clone().json() };
}

/** Adds a passkey to the account of a session. */
export async function add(app: TestApp, cookie: string, name = "Laptop") {
  const key = await authenticator(app.origin);
  const password = PASSWORD;
  const { options } = await optionsFor(app, "add", { cookie, password });
  const passkey = key.create(options);
  const form = { intent: "add", name, passkey };
  const answer = await app.send("/account/passkeys", form, cookie);
  assertEquals(
    answer.headers.get("location"),
    "/account/passkeys?done=add",
  );
  return key;
}

/** The right password, and where that leads. */
export async function firstStep(app: TestApp, email: string) {
  const answer = await app.send("/login?next=/account", {
    email,
    password: PASSWORD,
  });
  const half = cookieOf(answer, "chatsphere_login");
  return { half, location: answer.headers.get("location") };
}

/** The second step with a passkey, honest or not. */
export async function secondStep(
  app: TestApp,
  half: string,
  key: Authenticator,
  lie?: Lie,
) {
  const { options } = await optionsFor(app, "second-step", { cookie: half });
  const passkey = await key.get(options, lie);
  return await app.send("/login/passkey?next=/account", { passkey }, half);
}

/** A sign-in with a passkey alone, in a browser of its own. */
export async function alone(app: TestApp, key: Authenticator, lie?: Lie) {
  const { answer, options } = await optionsFor(app, "sign-in");
  const cookie = cookieOf(answer, "chatsphere_passkey");
  const passkey = await key.get(options, lie);
  return await app.send("/login?next=/account", { passkey }, cookie);
}
