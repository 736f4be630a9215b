/** The people of the world that is attacked, made through the same API as anybody's. */
import { selfieOf } from "../faces/test-photos.ts";
import { outboxOf } from "../mail/testing-outbox.ts";
import { eventually } from "../e2e/patience.ts";

export const PASSWORD = "difference engine 1843";

/** Somebody with an account and the `Cookie` header of a session. */
export interface Person {
  id: string;
  name: string;
  email: string;
  cookie: string;
}

/** A selfie as the API takes it; everybody has the same face here. */
export const faceImage = async (
  whose: "ada" | "grace" = "ada",
): Promise<string> =>
  `data:image/jpeg;base64,${(await selfieOf(whose)).toBase64()}`;

const cookiesOf = (answer: Response): string =>
  answer.headers.getSetCookie().map((line) => line.split(";")[0])
    .filter((pair) => !pair.endsWith("=")).join("; ");

/** Sends JSON as somebody would; `cookie` may be empty. */
export function sendJson(
  url: string,
  body: unknown,
  cookie = "",
  method = "POST",
): Promise<Response> {
  return fetch(url, {
    method,
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify(body),
    redirect: "manual",
  });
}

/**
 * The value of an answer.
 *
 * @throws Error when it is a refusal: the world could not be made.
 */
export async function valueOf<Value>(answer: Response): Promise<Value> {
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  throw new Error(`${answer.status} of ${answer.url}: ${text.slice(0, 200)}`);
}

/** Makes an account and a session. */
export async function registerAt(web: string, name: string): Promise<Person> {
  const email = `${name.toLowerCase()}@attacks.test`;
  const answer = await sendJson(`${web}/api/registry`, {
    name,
    email,
    password: PASSWORD,
    consent: true,
    faceImage: await faceImage(),
  });
  const cookie = cookiesOf(answer);
  const { id } = await valueOf<{ id: string }>(answer);
  return { id, name, email, cookie };
}

/** The newest code, as `pattern` finds it, that was mailed to an address and is not known yet. */
function mailedCode(
  dataDir: string,
  email: string,
  pattern: RegExp,
  known: string[] = [],
): Promise<string> {
  const outbox = outboxOf(dataDir);
  const find = async () => {
    for (const { id } of await outbox.list()) {
      const mail = await outbox.read(id);
      if (mail === null || !mail.to.includes(email)) continue;
      const code = pattern.exec(mail.text)?.[1];
      if (code && !known.includes(code)) return code;
    }
  };
  return eventually(find, () => `Nothing like ${pattern} came to ${email}`);
}

/** The code of the newest invitation to an address. */
export const invitationOf = (dataDir: string, email: string): Promise<string> =>
  mailedCode(dataDir, email, /\/invitations\/([\w-]+)/);

/** The code that confirms the address of an account. */
export const confirmationOf = (
  dataDir: string,
  email: string,
): Promise<string> => mailedCode(dataDir, email, /\/confirm\/([\w-]+)/);

/** The code of a link to a new password, other than those known. */
export const resetOf = (
  dataDir: string,
  email: string,
  known: string[],
): Promise<string> =>
  mailedCode(dataDir, email, /\/login\/reset\/([\w-]+)/, known);

/** The six digits that finish a sign-in. */
export const digitsOf = async (
  dataDir: string,
  email: string,
): Promise<string> =>
  (await mailedCode(dataDir, email, /(\d{3} \d{3})/)).replace(" ", "");

/** Confirms somebody's address, as they do who get the e-mail. */
export async function confirmAddress(
  { web, dataDir, appUrl = web }: {
    web: string;
    dataDir: string;
    /** Where a proxy stands before web. */
    appUrl?: string;
  },
  { email, cookie }: Pick<Person, "email" | "cookie">,
): Promise<void> {
  const code = await confirmationOf(dataDir, email);
  const answer = await fetch(`${web}/confirm/${code}`, {
    method: "POST",
    headers: { cookie, origin: new URL(appUrl).origin },
    body: new URLSearchParams({ intent: "confirm" }),
    redirect: "manual",
  });
  await answer.body?.cancel();
  if (answer.status !== 303) throw new Error(`${answer.status} of a link`);
}

/** Invites somebody and has them accept. */
export async function bringIn(
  { web, dataDir }: { web: string; dataDir: string },
  owner: Person,
  guest: Person,
  roomId: string,
): Promise<void> {
  const { email, cookie } = guest;
  await valueOf(
    await sendJson(`${web}/api/invitations`, { roomId, email }, owner.cookie),
  );
  const code = await invitationOf(dataDir, email);
  const accepted = { code, status: "accepted" };
  await valueOf(
    await sendJson(`${web}/api/invitations`, accepted, cookie, "PATCH"),
  );
}

/** A token for the other services. */
export async function tokenOf(
  web: string,
  { cookie }: Person,
  audience: "realtime" | "transcriber" = "realtime",
): Promise<string> {
  const answer = await sendJson(`${web}/api/token`, { audience }, cookie);
  return (await valueOf<{ token: string }>(answer)).token;
}

/** A room of the owner's, for what would leave traces in that of the world. */
export async function newRoom(
  { web, owner }: { web: string; owner: Person },
  name: string,
): Promise<string> {
  const answer = await sendJson(`${web}/api/chat`, { name }, owner.cookie);
  return (await valueOf<{ id: string }>(answer)).id;
}
