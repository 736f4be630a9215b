/** The files of a room's messages, by kind. */
import { isId } from "../rooms/store.ts";
import {
  type FileKind,
  type FileServices,
  keys,
  KINDS,
  read,
  setSent,
  type StoredFile,
} from "./records.ts";

/** Files on one page. */
const PAGE = 30;
/** Keys that KV reads at once. */
const AT_ONCE = 10;

/** Where a page ended. */
interface Place {
  sentAt: number;
  id: string;
}

export interface FileList {
  /** Newest first. */
  files: StoredFile[];
  /** What to ask for as `before` to get those before them. */
  next?: string;
}

/**
 * A page of the files of a room; whoever asks is known to be in it.
 *
 * @param kind all, if left out.
 * @param before the `next` of the page before; anything else is the first page.
 */
export async function listFiles(
  s: FileServices,
  roomId: string,
  kind?: FileKind,
  before = "",
): Promise<FileList> {
  const kinds = kind ? [kind] : KINDS;
  const end = placeOf(before);
  const places = (await Promise.all(
    kinds.map((one) => placesBefore(s, keys.listed(roomId, one), end)),
  )).flat().sort((a, b) => b.sentAt - a.sentAt || (a.id < b.id ? 1 : -1));
  const shown = places.slice(0, PAGE);
  const last = places.length > PAGE ? shown.at(-1) : undefined;
  const files: StoredFile[] = [];
  for (let at = 0; at < shown.length; at += AT_ONCE) {
    const some = shown.slice(at, at + AT_ONCE).map(({ id }) => keys.file(id));
    for (const { value } of await s.kv.getMany<StoredFile[]>(some)) {
      if (value?.state === "sent") files.push(value);
    }
  }
  return { files, next: last && `${last.sentAt}-${last.id}` };
}

function placeOf(text: string): Place | undefined {
  const [, sentAt, id = ""] = /^(\d{1,15})-(.*)$/.exec(text) ?? [];
  return isId(id) ? { sentAt: Number(sentAt), id } : undefined;
}

async function placesBefore(
  { kv }: FileServices,
  prefix: Deno.KvKey,
  end?: Place,
): Promise<Place[]> {
  const within = end
    ? { prefix, end: [...prefix, end.sentAt, end.id] }
    : { prefix };
  const limit = PAGE + 1;
  const found = kv.list(within, { reverse: true, limit });
  return await Array.fromAsync(found, ({ key }) => ({
    sentAt: Number(key.at(-2)),
    id: String(key.at(-1)),
  }));
}

/** Puts what was sent before there were lists at their ends, once. */
export async function listEarlierFiles(s: FileServices): Promise<void> {
  if ((await s.kv.get(keys.listedAll())).value) return;
  for await (const { key } of s.kv.list({ prefix: keys.files() })) {
    const entry = await read(s, String(key.at(-1)));
    const file = entry.value;
    if (file?.state !== "sent" || file.sentAt !== undefined) continue;
    // If it changed meanwhile it is being deleted.
    await setSent(s.kv.atomic().check(entry), file, 0).commit();
  }
  await s.kv.set(keys.listedAll(), true);
}
