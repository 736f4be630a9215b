import type { ServerFrame } from "../protocol.ts";

/** Who hears the frames of a connection, by its address. */
const listeners = new Map<string, (frame: ServerFrame) => void>();

/** Hears every frame that comes in on connections to an address. */
export function tap(url: string, listener: (frame: ServerFrame) => void) {
  listeners.set(url, listener);
}

/**
 * Makes this process look enough like a browser for the product's client: sockets that can
 * be listened in on, so that acknowledgements are recorded as they came over the wire, and
 * a `localStorage` that outlives a page.
 */
export function installBrowser(): void {
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(url: string | URL) {
      super(url);
      const listener = listeners.get(String(url));
      if (!listener) return;
      this.addEventListener("message", ({ data }) => {
        listener(JSON.parse(String(data)) as ServerFrame);
      });
    }
  };
  Object.defineProperty(globalThis, "localStorage", { value: storage() });
}

/** A Storage whose keys are its own properties, as a browser's are. */
function storage(): Record<string, string> {
  const methods = {
    getItem(this: Record<string, string>, key: string) {
      return this[key] ?? null;
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      this[key] = value;
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key];
    },
  };
  return Object.create(methods) as Record<string, string>;
}
