/** Somebody with a passkey and recovery codes, and what to do with them. */
import {
  type Authenticator,
  authenticator,
  type Lie,
  type Options,
} from "../accounts/passkeys/testing.ts";
import { type Outcome, succeededIf } from "./attack.ts";
import { Elsewhere } from "./elsewhere.ts";
import { PASSWORD } from "./people.ts";
import type { World } from "./world.ts";

/** A person whose authenticator is at hand, to be lied with. */
export interface Holder {
  email: string;
  /** Of a session that is left alone. */
  cookie: string;
  key: Authenticator;
  codes: string[];
}

/** The cookies an answer gives, as a browser sends them back. */
export const cookiesIn = (answer: Response): string =>
  answer.headers.getSetCookie()
    .map((line) => line.split(";")[0])
    .filter((pair) => !pair.endsWith("="))
    .join("; ");

/** Sends a form of ours with these cookies. */
export const sendForm = (
  { web, appUrl }: World,
  path: string,
  fields: Record<string, string>,
  cookie = "",
  ask: typeof fetch = fetch,
): Promise<Response> =>
  ask(web + path, {
    method: "POST",
    headers: { cookie, origin: appUrl },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });

/** Asks for a challenge; gives the options, and the cookie they are bound to. */
export async function challenged(
  { web, appUrl }: World,
  purpose: string,
  cookie = "",
  password?: string,
): Promise<{ options: Options; cookie: string }> {
  const answer = await fetch(`${web}/passkey`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie, origin: appUrl },
    body: JSON.stringify({ purpose, password }),
  });
  return { cookie: cookiesIn(answer) || cookie, options: await answer.json() };
}

/** The cookie of a sign-in whose password was right. */
export async function halfWay(
  world: World,
  { email }: Pick<Holder, "email">,
): Promise<string> {
  const fields = { email, password: PASSWORD };
  const answer = await sendForm(world, "/login", fields);
  await answer.body?.cancel();
  return cookiesIn(answer);
}

/** The e-mail of whose account is open with what an answer gave; empty for nobody's. */
export async function openedBy(
  { web }: World,
  answer: Response,
): Promise<string> {
  await answer.body?.cancel();
  return await openWith(web, cookiesIn(answer));
}

/** The e-mail of whose account is open with a cookie; empty for nobody's. */
export async function openWith(web: string, cookie: string): Promise<string> {
  const page = await fetch(`${web}/account`, {
    headers: { cookie },
    redirect: "manual",
  });
  const html = await page.text();
  return /[\w-]+@attacks\.test/.exec(html)?.[0] ?? "";
}

/** Signs in with a passkey alone, and a lie. */
export async function signInAlone(
  world: World,
  { key }: Holder,
  lie: Lie = {},
): Promise<Response> {
  const { options, cookie } = await challenged(world, "sign-in");
  const passkey = await key.get(options, lie);
  return await sendForm(world, "/login", { passkey }, cookie);
}

/** An attack on somebody succeeds once it is their account that is open. */
export const whose = (email: string, { email: attacked }: Holder): Outcome =>
  succeededIf(email === attacked, "the account is open");

async function register(world: World, name: string): Promise<Holder> {
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@attacks.test`;
  const key = await authenticator(world.appUrl);
  // The limit on registrations of a network is for others, too.
  using elsewhere = new Elsewhere(70);
  const ask =
    ((url: string, init: RequestInit) =>
      elsewhere.fetch(url, init)) as typeof fetch;
  const fields = { name, email, password: PASSWORD, factor: "passkey" };
  const made = await sendForm(world, "/register", fields, "", ask);
  const half = cookiesIn(made);
  const { options } = await challenged(world, "sign-up", half);
  const passkey = key.create(options);
  const done = await sendForm(world, "/register/passkey", { passkey }, half);
  const cookie = cookiesIn(done);
  const password = PASSWORD;
  const paper = await sendForm(
    world,
    "/account/recovery",
    { password },
    cookie,
  );
  const written = cookiesIn(paper).split("=")[1] ?? "";
  return { email, cookie, key, codes: written.split(".") };
}

const holders = new Map<string, Promise<[Holder, Holder]>>();

/** Two of them in a world: the one attacked, and whoever attacks. */
export function holdersIn(world: World): Promise<[Holder, Holder]> {
  const known = holders.get(world.dataDir) ??
    Promise.all([register(world, "holder"), register(world, "mallory")]);
  holders.set(world.dataDir, known);
  return known;
}
