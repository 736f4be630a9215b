/** What a page tells the service worker, so that the app opens and sends without it. */
import { UNSENT } from "./pending.ts";

/** Background Sync, where the browser has it (https://wicg.github.io/background-sync/spec/). */
type Registered = ServiceWorkerRegistration & {
  sync?: { register(tag: string): Promise<void> };
};

const worker = () => navigator.serviceWorker?.ready as Promise<Registered>;

/** Until what is not sent by then is told the worker: ms. Online nearly all is sent before. */
const PATIENCE = 5_000;

/**
 * Has the worker keep the list of rooms and this room, with all that they are made of; and once
 * more whenever the page is left, as the room is then.
 */
export function keepForOffline(me: string, signal: AbortSignal): void {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const keep = async () => {
    const parts = performance.getEntriesByType("resource")
      .map(({ name }) => name);
    const { active } = await worker();
    active?.postMessage({ pages: ["/rooms", location.pathname], parts });
  };
  serviceWorker.register("/sw.js", { updateViaCache: "none" })
    .then(keep, () => {});
  const left = () => {
    if (!document.hidden) return;
    if (navigator.onLine) keep().catch(() => {});
    tellUnsent(me).catch(() => {});
  };
  addEventListener("visibilitychange", left, { signal });
  if (!serviceWorker.controller) {
    serviceWorker.addEventListener("controllerchange", haveStyles, {
      once: true,
      signal,
    });
  }
}

/**
 * The styles once more, now by way of the worker: Chromium keeps in its memory what came by one
 * apart from what came before it. The next room would be painted only once they came again.
 */
function haveStyles(): void {
  const sheet = document.querySelector<HTMLLinkElement>('[rel="stylesheet"]');
  const again = sheet!.cloneNode() as HTMLLinkElement;
  again.media = "not all";
  document.head.append(again);
}

let timer: ReturnType<typeof setTimeout> | undefined;
/** The ids of what the worker was told last. */
let told = "";

/** What waits in this room is something else: the worker is told if it goes on waiting. */
export function unsentChanged(me: string): void {
  clearTimeout(timer);
  // Storage that is full or forbidden holds nothing that a worker could send.
  const tell = () => tellUnsent(me).catch(() => {});
  timer = setTimeout(tell, navigator.onLine ? PATIENCE : 0);
}

/** Tells the worker what waits in all rooms of a person, if that is something else than before. */
async function tellUnsent(me: string): Promise<void> {
  if (!navigator.serviceWorker) return;
  const list = unsentOf(me);
  const ids = list.map(({ clientId }) => clientId).join();
  if (ids === told) return;
  told = ids;
  const { active, sync } = await worker();
  active?.postMessage({ unsent: { me, list } });
  if (list.length > 0) await sync?.register("unsent").catch(() => {});
}

/** What waits, in the order it was written in. What was refused waits for the person. */
function unsentOf(me: string) {
  const start = `chatsphere/${me}/`;
  const keys = Object.keys(localStorage).filter((key) =>
    key.startsWith(start) && key.includes(UNSENT)
  );
  return keys.flatMap((key) => {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (!kept || kept.failed) return [];
    const { clientId, content, replyTo, timestamp } = kept;
    const isPlain = !kept.request && !kept.uploads && !kept.voice &&
      !kept.mentions;
    const roomId = key.split("/")[2];
    return [{ roomId, clientId, content, replyTo, timestamp, isPlain }];
  }).sort((a, b) => a.timestamp - b.timestamp);
}
