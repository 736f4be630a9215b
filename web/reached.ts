/** The address people came by, where none is configured. */
import { AsyncLocalStorage } from "node:async_hooks";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Config } from "./config.ts";
import { isLocal } from "./env.ts";
import { isLoopback } from "./http/requests/peers.ts";

const current = new AsyncLocalStorage<URL>();

/** Does some work, and everything that follows from it, for somebody who came by an address. */
export const reachedBy = <T>(url: URL, work: () => T): T =>
  current.run(url, work);

/** What is known of this machine; tests give their own. */
export interface Machine {
  /** Addresses of its networks. */
  addresses(): string[];
  /** Where a name leads; empty when it leads nowhere. */
  lookUp(name: string): Promise<string[]>;
}

const MACHINE: Machine = {
  addresses() {
    try {
      return Deno.networkInterfaces().map(({ address }) => address);
    } catch {
      // Not allowed to look, or there is no such thing here: then only loopback is ours.
      return [];
    }
  },
  lookUp: (name) =>
    lookup(name, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    ),
};

/** Whether a host is this machine: by an address of its own, or by a name that leads to one. */
async function isThisMachine(url: URL, machine: Machine): Promise<boolean> {
  if (isLocal(url)) return true;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const own = machine.addresses();
  const isOwn = (address: string) =>
    isLoopback(address) || own.includes(address);
  if (isIP(host) !== 0) return isOwn(host);
  const found = await machine.lookUp(host);
  return found.length > 0 && found.every(isOwn);
}

/**
 * The origin for links in e-mails: APP_URL, or where it is unset the address by which this machine
 * was asked. Anybody can write any name into the Host header, and have a link that lets its reader
 * in, such as one to a new password, lead to a machine of their own. So only a host that is this
 * machine, at our own port, is believed.
 */
export async function mailedOrigin(
  { appUrl, urlGiven, port }: Pick<Config, "appUrl" | "urlGiven" | "port">,
  machine: Machine = MACHINE,
): Promise<string> {
  const url = current.getStore();
  if (urlGiven || url === undefined) return appUrl;
  const shown = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  if (shown !== port) return appUrl;
  return await isThisMachine(url, machine) ? url.origin : appUrl;
}

/**
 * The origin to show to whoever asks, on their own page: APP_URL, or what they asked for themselves.
 * A proxy that ends TLS says so; nobody but the person who asks could be told wrong.
 */
export function shownOrigin(
  { url, req }: { url: URL; req: Request },
  { appUrl, urlGiven }: Pick<Config, "appUrl" | "urlGiven">,
): string {
  if (urlGiven) return appUrl;
  const isSecure = req.headers.get("x-forwarded-proto") === "https";
  return isSecure ? `https://${url.host}` : url.origin;
}
