/** What is attacked: the three real services with a room, its people, and what they said. */
import encodePng from "@jsquash/png/encode.js";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload } from "jose";
import { type Stack, startStack } from "../e2e/stack.ts";
import {
  bringIn,
  confirmAddress,
  type Person,
  registerAt,
  sendJson,
  tokenOf,
  valueOf,
} from "./people.ts";
import { keyOf, signedBy } from "./signing.ts";
import { tone } from "./recordings.ts";

/** What stands in the room and nobody outside may see. */
export const SECRET = "the-words-nobody-outside-may-read";

/** Where the three services of one server are. */
export interface Addresses {
  web: string;
  realtime: string;
  transcriber: string;
  /** The origin of our pages, and the issuer of tokens. */
  appUrl: string;
  dataDir: string;
}

/** The addresses and the people; in a weakened world the addresses lead elsewhere. */
export interface World extends Addresses {
  roomId: string;
  /** A message of the owner that says {@link SECRET}. */
  messageId: string;
  /** A picture of the owner's, in a message. */
  fileId: string;
  /** A kept recording of the owner. */
  clipId: string;
  owner: Person;
  member: Person;
  /** Has an account, and no room. */
  outsider: Person;
  /** Was in the room; the session is good. */
  removed: Person;
  /** Is in the room; the session has ended. */
  signedOut: Person;
  /** Tokens for realtime from before the removal and the sign-out. */
  stale: { removed: string; signedOut: string };
  /** A token of this moment. */
  token(whose: Person, audience?: "realtime" | "transcriber"): Promise<string>;
  /** A token as web would sign it, of any claims. */
  sign(claims: JWTPayload): Promise<string>;
  /** The public half of web's key. */
  publicKey: JWK;
  /** The public keys web publishes name it so. */
  kid: string;
  /** What the services wrote, line by line. */
  output: string[];
  /**
   * Another server, set up with {@link STRICT}, on which only {@link Strict.first} has an account;
   * it is started when it is first asked for.
   */
  strict(): Promise<Strict>;
}

/** The same world behind addresses at which a defence is missing. */
export interface Weakened extends AsyncDisposable {
  world: World;
}

/** A server of few, and whoever owns it. */
export interface Strict extends Addresses {
  first: Person;
}

/** Whoever registers is invited, signing in takes a turn of the head, and no proxy is near. */
const STRICT = {
  SIGN_UP: "invited",
  FACE_LIVENESS: "turn",
  TRUST_PROXY: "1",
  TRUSTED_PROXIES: "192.0.2.240/28",
};

/** A world, and how to end it. */
export interface Standing extends AsyncDisposable {
  world: World;
}

const FORM = "application/x-www-form-urlencoded";

async function populate(
  web: string,
  transcriber: string,
  dataDir: string,
) {
  const names = ["Owner", "Member", "Outsider", "Removed", "Leaver"];
  const people: Person[] = [];
  for (const name of names) people.push(await registerAt(web, name));
  const [owner, member, outsider, removed, signedOut] = people;
  await confirmAddress({ web, dataDir }, owner);
  const { id: roomId } = await valueOf<{ id: string }>(
    await sendJson(`${web}/api/chat`, { name: "Engines" }, owner.cookie),
  );
  for (const guest of [member, removed, signedOut]) {
    await bringIn({ web, dataDir }, owner, guest, roomId);
  }
  const draft = { roomId, clientId: "secret-1", content: SECRET };
  const { id: messageId } = await valueOf<{ id: string }>(
    await sendJson(`${web}/api/messages`, draft, owner.cookie),
  );
  const fileId = await sendPicture(web, owner, roomId);
  await choosePicture(web, owner);
  const stale = {
    removed: await tokenOf(web, removed),
    signedOut: await tokenOf(web, signedOut),
  };
  await formAt(`${web}/rooms/${roomId}/members`, owner, {
    intent: "remove",
    member: removed.id,
  });
  await formAt(`${web}/logout`, signedOut, {});
  const clipId = await keepClip(
    transcriber,
    await tokenOf(web, owner, "transcriber"),
  );
  return {
    ...{ owner, member, outsider, removed, signedOut },
    ...{ roomId, messageId, fileId, clipId, stale },
  };
}

/** Sends a picture that is large enough to have a thumbnail; its id. */
async function sendPicture(
  web: string,
  { cookie }: Person,
  roomId: string,
): Promise<string> {
  const { id } = await valueOf<{ id: string }>(
    await fetch(`${web}/api/rooms/${roomId}/files?name=secret.png`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream", cookie },
      body: await encodePng(new ImageData(700, 2)),
    }),
  );
  const message = { roomId, clientId: "secret-2", content: "", files: [id] };
  await valueOf(await sendJson(`${web}/api/messages`, message, cookie));
  return id;
}

/** Has somebody choose a picture that those who see them see. */
async function choosePicture(web: string, { cookie }: Person): Promise<void> {
  const form = new FormData();
  form.set("intent", "picture");
  form.set("picture", new Blob([await encodePng(new ImageData(4, 4))]), "me");
  const answer = await fetch(`${web}/account/profile`, {
    method: "POST",
    headers: { cookie, origin: new URL(web).origin },
    body: form,
    redirect: "manual",
  });
  await answer.body?.cancel();
  if (answer.status !== 303) throw new Error(`${answer.status} of a picture`);
}

/** Sends a form of ours as somebody; `origin` where a proxy stands before web. */
export async function formAt(
  url: string,
  { cookie }: Person,
  fields: Record<string, string>,
  origin = new URL(url).origin,
): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": FORM, cookie, origin },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  await answer.body?.cancel();
  if (answer.status !== 303) throw new Error(`${answer.status} of ${url}`);
}

/** A recording is kept before it is heard: without a word in it, its name is in the refusal. */
async function keepClip(transcriber: string, token: string): Promise<string> {
  const answer = await fetch(`${transcriber}/transcribe?keep=true`, {
    method: "POST",
    headers: { "content-type": "audio/wav", authorization: `Bearer ${token}` },
    body: tone(),
  });
  const text = await answer.text();
  const clip = /"clip":"([^"]+)"/.exec(text)?.[1];
  if (clip) return clip;
  throw new Error(`No recording was kept: ${answer.status} ${text}`);
}

const addressesOf = ({ url, env, realtimeUrl }: Stack): Addresses => ({
  web: url,
  realtime: realtimeUrl,
  transcriber: `http://localhost:${env.TRANSCRIBER_PORT}`,
  appUrl: url,
  dataDir: env.DATA_DIR,
});

/** A server that is started when it is asked for, once; and how to end it if it was. */
function startedLate() {
  let stack: Promise<Stack> | undefined;
  let strict: Promise<Strict> | undefined;
  const start = async (): Promise<Strict> => {
    const addresses = addressesOf(await (stack = startStack(STRICT)));
    const first = await registerAt(addresses.web, "First");
    return { ...addresses, first };
  };
  return {
    strict: () => strict ??= start(),
    close: async () => await (await stack)?.close(),
  };
}

/** Starts the services on free ports and a temporary folder, and makes the room. */
export async function startWorld(
  env: Record<string, string> = {},
): Promise<Standing> {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const { kty, crv, x, d } = await exportJWK(privateKey);
  const signing = { kty, crv, x, d };
  const stack = await startStack({
    SIGNING_KEY: JSON.stringify(signing),
    // So that what is more than one may keep can be sent in a moment.
    CLIP_MB_EACH: "1",
    ...env,
  });
  const { output } = stack;
  const addresses = addressesOf(stack);
  const { web, transcriber, dataDir } = addresses;
  const late = startedLate();
  try {
    const people = await populate(web, transcriber, dataDir);
    const { kid, publicKey } = await keyOf(signing);
    const world: World = {
      ...{ ...addresses, kid, publicKey, output, ...people },
      token: (whose, audience) => tokenOf(web, whose, audience),
      sign: (claims) => signedBy(signing, kid, claims),
      strict: late.strict,
    };
    return {
      world,
      async [Symbol.asyncDispose]() {
        await Promise.all([stack.close(), late.close()]);
      },
    };
  } catch (error) {
    await stack.close();
    throw new Error(`${error}\n${output.slice(-20).join("\n")}`);
  }
}
