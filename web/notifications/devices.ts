import { AppError } from "../errors.ts";
import { sha256 } from "../accounts/secrets.ts";
import type { Services } from "../services.ts";
import { type Device, keys } from "./store.ts";

/** Devices of one person. */
const MOST = 20;

type DeviceServices = Pick<Services, "kv" | "push">;

/** A device as its person sees it. */
export interface ListedDevice extends Pick<Device, "name" | "createdAt"> {
  id: string;
}

export async function devicesOf(
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

const malformed = () =>
  new AppError({
    code: "push-subscription",
    status: 422,
    message: "The browser gave no subscription that can be used.",
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
 * @throws {AppError} `push-subscription`, `push-endpoint` (422)
 */
export async function addDevice(
  s: DeviceServices,
  accountId: string,
  { endpoint, p256dh, auth, name }: Omit<Device, "createdAt">,
): Promise<void> {
  if (!POINT.test(p256dh) || !SECRET.test(auth)) throw malformed();
  await s.push.check(endpoint);
  const id = (await sha256(endpoint)).slice(0, 22);
  const known = await devicesOf(s, accountId);
  const others = known.filter((it) => it.id !== id);
  for (const old of others.slice(0, Math.max(0, others.length - MOST + 1))) {
    await removeDevice(s, accountId, old.id);
  }
  const createdAt = known.find((it) => it.id === id)?.createdAt ?? Date.now();
  const device: Device = { endpoint, p256dh, auth, name, createdAt };
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
    message: "This device takes no notifications any more, so it was removed.",
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
