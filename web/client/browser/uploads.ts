/** The files this page sends, from when they are chosen until a message has them. */
import type { Upload } from "./pending.ts";

/** What became of a file. */
export type Fate =
  | { id: string }
  /** Why web refused it: a sentence. */
  | { failed: string }
  /** The network is away, or web busy: it is to be tried again. */
  | "later"
  /** Another page sends it. */
  | "elsewhere"
  /** The page that had it was left. */
  | "lost";

/** Files that are on their way at a time; web takes four of one person. */
const AT_ONCE = 3;
/** Tries, after which a person decides whether there are more. */
const TRIES = 5;

const UNSENT = "It did not arrive. Check your connection.";

interface Held {
  file: File;
  room: string;
  /** Fails where it was taken back. */
  fate?: Promise<Fate>;
  id?: string;
  tries: number;
  /** What web said of the last try, where it could not take it. */
  said?: string;
  request?: XMLHttpRequest;
  cancelled?: boolean;
}

const held = new Map<string, Held>();
const waiting: (() => void)[] = [];
let running = 0;

/** As in room.ts, which is in another file of the build. */
const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

/** What tells this page from others, which it does as long as it is there. */
const page = newId();
const lockOf = (key: string) => `chatsphere-files/${key.split("/")[0]}`;
// Missing on plain http in a local network: there what another tab sends counts as lost.
navigator.locks?.request(lockOf(page), () => new Promise(() => {}));

/** Begins to send a file to a room. */
export function hold(room: string, file: File): Upload {
  const key = `${page}/${newId()}`;
  held.set(key, { file, room, tries: 0 });
  fateOf({ key });
  return { key, name: file.name, size: file.size };
}

/** What became of a file, once that is known. One that was not taken is tried again. */
export async function fateOf({ key, id }: Pick<Upload, "key" | "id">) {
  const one = held.get(key);
  if (id && !one) return { id };
  if (one) return await (one.fate ??= begin(key, one));
  const locks = await navigator.locks?.query();
  const isHeld = locks?.held?.some(({ name }) => name === lockOf(key));
  return isHeld ? "elsewhere" : "lost";
}

/** Ends the sending of a file, or forgets it if it was sent. */
export function letGo(key: string): void {
  const one = held.get(key);
  held.delete(key);
  if (!one) return;
  one.cancelled = true;
  one.request?.abort();
}

/** Has files that web no longer has sent again; whether this page has all of them. */
export function startAgain(uploads: Upload[]): boolean {
  const all = uploads.map(({ key }) => held.get(key));
  for (const one of all) if (one) one.id = one.fate = undefined;
  return all.every(Boolean);
}

/** Whether leaving the page would lose files. */
export const isBusy = (): boolean => [...held.values()].some(({ id }) => !id);

async function begin(key: string, one: Held): Promise<Fate> {
  if (running >= AT_ONCE) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
  const fate = one.cancelled ? "later" : await send(key, one);
  running--;
  waiting.shift()?.();
  if (typeof fate === "object" && "id" in fate) one.id = fate.id;
  else one.fate = undefined;
  if (fate !== "later" || ++one.tries < TRIES) return fate;
  one.tries = 0;
  return { failed: one.said ?? UNSENT };
}

function send(key: string, one: Held): Promise<Fate> {
  const { promise, resolve } = Promise.withResolvers<Fate>();
  one.said = undefined;
  // Fetch does not tell how much has gone.
  const request = one.request = new XMLHttpRequest();
  request.upload.onprogress = ({ loaded, total }) => {
    const bars = document.querySelectorAll<HTMLProgressElement>(
      `[data-upload="${key}"]`,
    );
    for (const bar of bars) bar.value = total ? loaded / total : 0;
  };
  request.onload = () => {
    const { id, error } = request.response ?? {};
    if (id) return resolve({ id });
    // On a bad line it came too slowly, or not whole: that is no reason to give it up.
    const isPassing = [408, 429].includes(request.status) ||
      request.status >= 500 || error?.code === "aborted";
    if (request.status >= 500) one.said = error?.message;
    resolve(isPassing ? "later" : { failed: error?.message ?? UNSENT });
  };
  request.onerror = request.onabort = () => resolve("later");
  const { file, room } = one;
  const name = encodeURIComponent(file.name);
  request.open("POST", `/api/rooms/${room}/files?name=${name}`);
  request.responseType = "json";
  request.setRequestHeader("content-type", "application/octet-stream");
  request.send(file);
  return promise;
}
