/** People without an account, and accounts that come and go: each at an address of their own. */
import { authenticator } from "../../accounts/passkeys/testing.ts";

/** As said by a proxy: that of somebody new. */
export const anyAddress = (): string =>
  [198, ...crypto.getRandomValues(new Uint8Array(3))].join(".");

const PASSWORD = "difference engine 1843";

/** One browser: its cookies, and where it is. */
class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #address = anyAddress();

  constructor(readonly web: string) {}

  async ask(path: string, body?: BodyInit, type?: string): Promise<string> {
    const headers = new Headers({
      origin: this.web,
      "x-forwarded-for": this.#address,
      cookie: [...this.#cookies].map((pair) => pair.join("=")).join("; "),
    });
    if (type) headers.set("content-type", type);
    const method = body === undefined ? "GET" : "POST";
    const init = { method, headers, body, redirect: "manual" } as const;
    const answer = await fetch(this.web + path, init);
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      this.#cookies.set(name, value);
    }
    const text = await answer.text();
    if (answer.ok || answer.status === 303) return text;
    throw new Error(`${answer.status} of ${path}`);
  }

  form(path: string, fields: Record<string, string>): Promise<string> {
    const once = crypto.randomUUID();
    return this.ask(path, new URLSearchParams({ once, ...fields }));
  }

  async challenged(purpose: string) {
    const body = JSON.stringify({ purpose });
    return JSON.parse(await this.ask("/passkey", body, "application/json"));
  }
}

/** Somebody makes an account, signs out, signs in again, looks around, and signs out. */
export async function newAccount(web: string): Promise<void> {
  const browser = new Browser(web);
  const email = `new-${crypto.randomUUID()}@bench.test`;
  const key = await authenticator(web);
  await browser.form("/register", {
    ...{ name: `New ${email.slice(4, 12)}`, email, password: PASSWORD },
    factor: "passkey",
  });
  const made = key.create(await browser.challenged("sign-up"));
  await browser.form("/register/passkey", { passkey: made });
  await browser.ask("/rooms");
  await browser.form("/logout", {});
  const answer = await key.get(await browser.challenged("sign-in"));
  await browser.form("/login", { passkey: answer });
  await browser.ask("/rooms");
  await browser.ask("/account/sessions");
  await browser.form("/logout", {});
}

/** Somebody tries an address and a password that nobody has. */
export async function wrongPassword(web: string): Promise<number> {
  const answer = await fetch(`${web}/login`, {
    method: "POST",
    headers: { origin: web, "x-forwarded-for": anyAddress() },
    body: new URLSearchParams({
      once: crypto.randomUUID(),
      email: `nobody-${crypto.randomUUID()}@bench.test`,
      password: "not the one",
    }),
    redirect: "manual",
  });
  await answer.body?.cancel();
  return answer.status;
}
