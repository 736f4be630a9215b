import { AppError } from "../errors.ts";
import { deviceOf } from "../accounts/devices.ts";
import { sha256 } from "../accounts/secrets.ts";
import { liveSessions } from "../accounts/session-list/session-list.ts";
import { currentVisitor } from "../accounts/session-list/visitor.ts";
import type { Services } from "../services.ts";
import { type Device, keys } from "./store.ts";

/** Devices of one person. */
const MOST = 20;

type DeviceServices = Pick<Services, "kv" | "push">;

/** A device as its person sees it. */
export interface ListedDevice
  extends Pick<Device, "name" | "createdAt" | "goneAt"> {
  id: string;
}

async function allOf(
  { kv }: Pick<Services, "kv">,
  accountId: string,
): Promise<(Device & { id: string })[]> {
  const found = kv.list<Device>({ prefix: keys.devices(accountId) });
  const devices: (Device & { id: string })[] = [];
  for await (const { key, value } of found) {
    devices.push({ ...value, id: String(key.at(-1)) });
  }
  return devices.sort((a, b) => a.createdAt - b.createdAt);
}

/**
 * The devices of somebody, the oldest first: those on which they are signed in, and of which no push
 * service said that they are gone. What a person signed out says nothing to whoever holds it, until
 * they sign in on it again.
 */
export async function devicesOf(
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<(Device & { id: string })[]> {
  const devices = await signedIn(s, accountId);
  return devices.filter(({ goneAt }) => goneAt === undefined);
}

/** The same with those that are gone, as their person sees them. */
export async function listDevices(
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<ListedDevice[]> {
  const devices = await signedIn(s, accountId);
  return devices.map(({ id, name, createdAt, goneAt }) => ({
    ...{ id, name, createdAt, goneAt },
  }));
}

async function signedIn(
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<(Device & { id: string })[]> {
  const devices = await allOf(s, accountId);
  if (devices.length === 0) return devices;
  const sessions = await liveSessions(s, accountId);
  const live = new Set(sessions.map(({ hash }) => hash));
  return devices.filter(({ session }) => live.has(session));
}

/** Has the devices of a browser told again, as their person has signed in on it anew. */
export async function takeUpDevices(
  { kv }: Pick<Services, "kv">,
  accountId: string,
  { browser, session }: { browser: string; session: string },
): Promise<void> {
  const found = kv.list<Device>({ prefix: keys.devices(accountId) });
  for await (const entry of found) {
    if (entry.value.browser !== browser) continue;
    await kv.atomic().check(entry)
      .set(entry.key, { ...entry.value, session }).commit();
  }
}

const malformed = () =>
  new AppError({
    code: "push-subscription",
    status: 422,
    message: "Your browser could not set up notifications. Try again.",
  });

/** An uncompressed point of P-256, and 16 bytes, in base64url. */
const POINT = /^B[\w-]{86}$/;
const SECRET = /^[\w-]{22}$/;

/** What a browser says of itself when it subscribes, and the token of the session it does so in. */
export type Told =
  & Pick<Device, "endpoint" | "p256dh" | "auth" | "name">
  & { token: string };

const idOf = async (endpoint: string): Promise<string> =>
  (await sha256(endpoint)).slice(0, 22);

async function browserOf(): Promise<string | undefined> {
  const cookie = currentVisitor()?.device;
  return cookie ? await deviceOf(cookie) : undefined;
}

/**
 * Keeps a device. The same one again is the same, and a browser's earlier subscription goes, as it
 * has one at a time; of more than 20 the oldest is forgotten.
 *
 * @throws {AppError} `push-subscription`, `push-endpoint` (422)
 */
export async function addDevice(
  s: DeviceServices,
  accountId: string,
  { token, ...told }: Told,
): Promise<void> {
  const { endpoint, p256dh, auth } = told;
  if (!POINT.test(p256dh) || !SECRET.test(auth)) throw malformed();
  await s.push.check(endpoint);
  const id = await idOf(endpoint);
  const browser = await browserOf();
  const known = await allOf(s, accountId);
  const isEarlier = (one: Device) =>
    browser !== undefined && one.browser === browser;
  const others = known.filter((one) => one.id !== id && !isEarlier(one));
  const going = [
    ...known.filter((one) => one.id !== id && isEarlier(one)),
    ...others.slice(0, Math.max(0, others.length - MOST + 1)),
  ];
  for (const old of going) await removeDevice(s, accountId, old.id);
  const createdAt = known.find((it) => it.id === id)?.createdAt ?? Date.now();
  const session = await sha256(token);
  const device: Device = { ...told, createdAt, session, browser };
  await s.kv.set(keys.device(accountId, id), device);
}

/**
 * Whether a browser's subscription is one that pushes go to. One that its person was signed out on,
 * and that the browser renewed by itself, are taken up again; `gone` has to be replaced by another.
 *
 * @returns `unknown`: nobody turned notifications on in it, or somebody turned them off.
 * @throws {AppError} `push-subscription`, `push-endpoint` (422)
 */
export async function checkDevice(
  s: DeviceServices,
  accountId: string,
  told: Told,
): Promise<"known" | "gone" | "unknown"> {
  const { kv } = s;
  const id = await idOf(told.endpoint);
  const entry = await kv.get<Device>(keys.device(accountId, id));
  const known = entry.value;
  if (known?.goneAt !== undefined) return "gone";
  if (known === null) {
    const browser = await browserOf();
    const all = browser === undefined ? [] : await allOf(s, accountId);
    if (!all.some((one) => one.browser === browser)) return "unknown";
    await addDevice(s, accountId, told);
    return "known";
  }
  const session = await sha256(told.token);
  if (known.session === session) return "known";
  const live = await liveSessions(s, accountId);
  if (!live.some(({ hash }) => hash === known.session)) {
    await kv.atomic().check(entry).set(entry.key, { ...known, session })
      .commit();
  }
  return "known";
}

/** A push service takes nothing for a device any more: what its browser says next may mend it. */
export async function loseDevice(
  { kv }: Pick<Services, "kv">,
  accountId: string,
  id: string,
): Promise<void> {
  const entry = await kv.get<Device>(keys.device(accountId, id));
  if (entry.value === null) return;
  await kv.atomic().check(entry)
    .set(entry.key, { ...entry.value, goneAt: Date.now() }).commit();
}

export async function removeDevice(
  { kv }: Pick<Services, "kv">,
  accountId: string,
  id: string,
): Promise<void> {
  await kv.delete(keys.device(accountId, id));
}

const gone = () =>
  new AppError({
    code: "push-gone",
    status: 422,
    message:
      "This device no longer accepts notifications. Open ChatSphere on it to turn them on again.",
  });
const notNow = () =>
  new AppError({
    code: "push-failed",
    status: 503,
    message: "The push service did not take the test. Try again later.",
  });

/**
 * Sends a device something to see.
 *
 * @throws {AppError} `push-gone` (422), `push-failed` (503)
 */
export async function testDevice(
  s: DeviceServices,
  accountId: string,
  id: string,
): Promise<void> {
  const { value } = await s.kv.get<Device>(keys.device(accountId, id));
  if (value === null || value.goneAt !== undefined) throw gone();
  const text = JSON.stringify({
    ...{ kind: "test", title: "ChatSphere", tag: "test" },
    ...{
      body: "Notifications reach this device.",
      url: "/account/notifications",
    },
  });
  const outcome = await s.push.send(value, text, "test");
  if (outcome.kind === "gone" || outcome.kind === "refused") {
    await loseDevice(s, accountId, id);
    throw gone();
  }
  if (outcome.kind === "later") throw notNow();
}
