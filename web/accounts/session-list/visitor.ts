/** Where from and with what somebody came, for all that a request leads to. */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Visitor {
  /** The network of their address, which names no single person. */
  network: string;
  /** Their browser and system, in words. */
  software?: string;
  /** The cookie by which a device is known: see ../devices.ts. */
  device: string | null;
  /** The origin they came by, as far as it is believed; left out where APP_URL says it for all. */
  origin?: () => Promise<string>;
}

const current = new AsyncLocalStorage<Visitor>();

/** Does some work, and everything that follows from it, for a visitor. */
export const visitedBy = <T>(visitor: Visitor, work: () => T): T =>
  current.run(visitor, work);

/** For whom this is done; undefined for nobody who came by a request. */
export const currentVisitor = (): Visitor | undefined => current.getStore();
