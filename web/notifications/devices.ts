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
export interface ListedDevice extends Pick<Device, "name" | "createdAt"> {
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
 * The devices of somebody, the oldest first: those on which they are signed in. What a person signed
 * out says nothing to whoever holds it, until they sign in on it again.
 */
export async function devicesOf(
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

/** What a browser is called, from what it says of itself. */
export function browserName(agent: string): string {
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /Firefox\//.test(agent)
    ? "Firefox"
    : /Chrome\//.test(agent)
    ? "Chrome"
    : /Safari\//.test(agent)
    ? "Safari"
    : "A browser";
  const system = /Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux/.exec(agent);
  return system ? `${browser}, ${system[0]}` : browser;
}

/**
 * Keeps a device. The same one again is the same; of more than 20 the oldest is forgotten.
 *
 * @param token of the session it is told in.
 * @throws {AppError} `push-subscription`, `push-endpoint` (422)
 */
export async function addDevice(
  s: DeviceServices,
  accountId: string,
  { token, ...told }:
    & Pick<Device, "endpoint" | "p256dh" | "auth" | "name">
    & { token: string },
): Promise<void> {
  const { endpoint, p256dh, auth } = told;
  if (!POINT.test(p256dh) || !SECRET.test(auth)) throw malformed();
  await s.push.check(endpoint);
  const id = (await sha256(endpoint)).slice(0, 22);
  const known = await allOf(s, accountId);
  const others = known.filter((it) => it.id !== id);
  for (const old of others.slice(0, Math.max(0, others.length - MOST + 1))) {
    await removeDevice(s, accountId, old.id);
  }
  const createdAt = known.find((it) => it.id === id)?.createdAt ?? Date.now();
  const cookie = currentVisitor()?.device;
  const device: Device = {
    ...told,
    createdAt,
    session: await sha256(token),
    browser: cookie ? await deviceOf(cookie) : undefined,
  };
  await s.kv.set(keys.device(accountId, id), device);
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
    message: "This device no longer accepts notifications, so it was removed.",
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
  if (value === null) throw gone();
  const text = JSON.stringify({
    ...{ kind: "test", title: "ChatSphere", tag: "test" },
    ...{
      body: "Notifications reach this device.",
      url: "/account/notifications",
    },
  });
  const outcome = await s.push.send(value, text, "test");
  if (outcome.kind === "gone" || outcome.kind === "refused") {
    await removeDevice(s, accountId, id);
    throw gone();
  }
  if (outcome.kind === "later") throw notNow();
}
