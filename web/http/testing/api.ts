import { findAccountByEmail } from "../../accounts/accounts.ts";
import { addressProven } from "../../accounts/confirm-address.ts";
import { AppError } from "../../errors.ts";
import { pictureOf, type TestApp, testApp } from "./app.ts";

export const PASSWORD = "correct horse battery";

/** A picture as the API takes it, of whoever is called so. */
export const faceOf = (name: string, yaw = 0): string =>
  `data:image/jpeg;base64,${pictureOf(name, yaw).toBase64()}`;

export const emailOf = (name: string): string =>
  `${name.toLowerCase()}@example.com`;

export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test says itself what it expects of the answer
  body: any;
}

/** A program, or a browser, with the cookies it was given. */
export interface Client {
  cookies: Map<string, string>;
  /** Sends a value as JSON, and text as it is. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: HeadersInit,
  ): Promise<Answer>;
}

export interface Stage {
  app: TestApp;
  /** Somebody who is not signed in. */
  stranger(): Client;
  /** Somebody who has just registered. */
  newcomer(name: string): Promise<Client>;
}

function keepCookies(jar: Client["cookies"], headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [, name, value] = line.match(/^([^=]+)=([^;]*)/) ?? [];
    if (value) jar.set(name, value);
    else jar.delete(name);
  }
}

function clientOf(app: TestApp): Client {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async send(method, path, value, init) {
      const headers = new Headers(init);
      if (value !== undefined && !headers.has("content-type")) {
        headers.set("content-type", "application/json");
      }
      const isText = typeof value === "string" || value === undefined;
      const body = isText ? value : JSON.stringify(value);
      const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
      const answer = await app.ask(path, { method, headers, body, cookie });
      keepCookies(cookies, answer.headers);
      const { status } = answer;
      return { status, headers: answer.headers, body: await answer.json() };
    },
  };
}

/** Runs a test against the whole app, with stores of its own. */
export function onStage(
  test: (stage: Stage) => Promise<void>,
  env?: Record<string, string>,
) {
  return async () => {
    await using app = await testApp(env);
    const stranger = () => clientOf(app);
    await test({
      app,
      stranger,
      async newcomer(name) {
        const client = stranger();
        const { status } = await client.send("POST", "/api/registry", {
          name,
          email: emailOf(name),
          password: PASSWORD,
          faceImage: faceOf(name),
          consent: true,
        });
        if (status !== 201) throw new Error(`${name} could not register`);
        const email = emailOf(name);
        const account = await findAccountByEmail(app.services, email);
        await addressProven(app.services, account!.id);
        app.mails.length = 0;
        return client;
      },
    });
  };
}

/** Lets every e-mail fail from now on. */
export function breakMail({ services }: TestApp): void {
  services.mailer = {
    send: () =>
      Promise.reject(
        new AppError({
          code: "mail-failed",
          status: 503,
          message: "No mail.",
        }),
      ),
  };
}

/** The code in the link of the newest e-mail. */
export function newestCode({ mails }: TestApp): string {
  const code = mails.at(-1)?.text.match(/\/invitations\/(\S+)/)?.[1];
  if (code === undefined) throw new Error("The e-mail has no link");
  return code;
}
