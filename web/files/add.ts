import { untilCommitted } from "../accounts/store.ts";
import type { FilePart } from "../../realtime/protocol.ts";
import { log } from "../log.ts";
import { findRoom } from "../rooms/rooms.ts";
import { randomId, roomArchived } from "../rooms/store.ts";
import type { Person, Services } from "../services.ts";
import { briefly } from "./briefly.ts";
import * as errors from "./errors.ts";
import { cleanName } from "./names.ts";
import { PICTURE_BYTES } from "./pictures/measure.ts";
import type { Remade } from "./pictures/remake.ts";
import { remakePicture } from "./pictures/worker-pool.ts";
import {
  count,
  keys,
  partOf,
  placesOf,
  read,
  type StoredFile,
} from "./records.ts";
import { removeFile } from "./remove.ts";
import { HEAD_BYTES, isRemade, typeOf } from "./sniff.ts";

const MB = 1024 * 1024;
/** How often is noted that a file still comes, so that it is not swept: ms. */
const NOTE_MS = 10 * 60 * 1000;
/** Files one person may be sending at a time, to this process. */
const AT_ONCE = 4;

export interface NewFile {
  name: string;
  bytes: AsyncIterable<Uint8Array>;
  /** How many bytes come at most, where that is known. */
  announced?: number;
  /** Counts what is held in memory; it may refuse. Only pictures are held. */
  hold?(bytes: number): void;
}

type AddServices = Pick<Services, "kv" | "files" | "config">;

const sending = new Map<string, number>();

/**
 * Keeps a file for a room, streamed; a picture is made anew without what its camera wrote in it. It
 * is seen by nobody else until a message has it. When it cannot be kept nothing of it stays.
 *
 * @throws {AppError} `not-found` (404); `room-archived` (409); `file-empty`, `picture-broken`, `picture-too-large`, `picture-too-slow` (422);
 * `file-too-large`, `files-full`, `server-full` (413); `too-many-uploads` (429);
 * `files-unavailable` (503); what the stream of bytes throws.
 */
export async function addFile(
  s: AddServices,
  account: Person,
  roomId: string,
  file: NewFile,
): Promise<FilePart> {
  const { room } = await findRoom(s, account.id, roomId);
  if (room.archivedAt !== undefined) throw roomArchived();
  const others = sending.get(account.id) ?? 0;
  if (others >= AT_ONCE) throw errors.uploadsBusy();
  sending.set(account.id, others + 1);
  try {
    return await add(s, account, roomId, file);
  } finally {
    const left = (sending.get(account.id) ?? 1) - 1;
    if (left > 0) sending.set(account.id, left);
    else sending.delete(account.id);
  }
}

async function add(
  s: AddServices,
  account: Person,
  roomId: string,
  { name, bytes, announced = Infinity, hold = () => {} }: NewFile,
): Promise<FilePart> {
  const most = s.config.files.maxMb * MB;
  const { head, all } = await headOf(
    limited(bytes, most, s.config.files.maxMb),
  );
  const type = typeOf(head);
  const record: StoredFile = {
    ...{ id: randomId(), name: cleanName(name), type, size: 0 },
    ...{ roomId, owner: account.id, state: "coming" },
    counted: Math.min(most, announced),
  };
  await promise(s, record);
  const coming = noted(s, record.id, all);
  try {
    const kept = isRemade(type)
      ? await keepPicture(s, record, coming, hold)
      : { size: await s.files.put(placesOf(record).whole, coming) };
    // The room may have ended, or the person left it, while this came.
    await findRoom(s, account.id, roomId);
    return await finish(s, { ...record, counted: kept.size, ...kept });
  } catch (error) {
    // What cannot be deleted now, the sweep deletes.
    await briefly(
      removeFile(s, record.id)
        .catch((error) => log("warn", "file-not-deleted", { error })),
    );
    throw error;
  }
}

const counting = new WeakMap<Deno.Kv, Promise<unknown>>();

/**
 * Does what counts bytes of all after what did so before it: everybody's files are one number, and of
 * those who change it at the same moment all but one would have to try again, on and on.
 */
function afterOthers<T>({ kv }: AddServices, work: () => Promise<T>) {
  const mine = (counting.get(kv) ?? Promise.resolve()).then(work);
  counting.set(kv, mine.catch(() => {}));
  return mine;
}

/** Notes the file, and takes room for it. */
async function promise(s: AddServices, record: StoredFile): Promise<void> {
  const { id, owner, roomId, counted } = record;
  const take = () =>
    untilCommitted(async () => {
      const commit = s.kv.atomic()
        .set(keys.file(id), record)
        .set([...keys.ofRoom(roomId), id], true)
        .set([...keys.ofPerson(owner), id], true)
        .set([...keys.loose(), id], Date.now());
      await takeRoom(s, commit, owner, counted);
      return (await commit.commit()).ok || undefined;
    });
  await afterOthers(s, take);
}

/** Adds to `commit` that somebody has so many bytes more, if there is room for them. */
async function takeRoom(
  { kv, config }: AddServices,
  commit: Deno.AtomicOperation,
  owner: string,
  bytes: number,
): Promise<void> {
  const { eachMb, allMb } = config.files;
  const [own, all] = await kv.getMany<[Deno.KvU64, Deno.KvU64]>([
    keys.bytes(owner),
    keys.allBytes(),
  ]);
  const after = (entry: Deno.KvEntryMaybe<Deno.KvU64>) =>
    Number(entry.value?.value ?? 0n) + bytes;
  if (after(own) > eachMb * MB) throw errors.noRoomEach(eachMb);
  if (after(all) > allMb * MB) throw errors.noRoomAll();
  count(commit.check(own).check(all), owner, bytes);
}

/**
 * Notes that all of it is there, and gives back room it did not need. A picture that was made anew
 * may need more than it came with.
 */
async function finish(s: AddServices, file: StoredFile): Promise<FilePart> {
  const note = () =>
    untilCommitted(async () => {
      const entry = await read(s, file.id);
      // It was deleted meanwhile, with its room or by the sweep.
      if (entry.value?.state !== "coming") throw errors.fileGone();
      const commit = s.kv.atomic().check(entry)
        .set(entry.key, { ...file, state: "whole" })
        .set([...keys.loose(), file.id], Date.now());
      const more = file.counted - entry.value.counted;
      if (more > 0) await takeRoom(s, commit, file.owner, more);
      else count(commit, file.owner, more);
      return (await commit.commit()).ok ? partOf(file) : undefined;
    });
  return await afterOthers(s, note);
}

type Kept = Omit<Remade, "bytes" | "thumbnail" | "decoded"> & {
  name?: string;
  size: number;
  counted: number;
  thumbnail?: boolean;
};

/** Keeps a picture as it was made anew, and its thumbnail. */
async function keepPicture(
  s: AddServices,
  record: StoredFile,
  all: AsyncIterable<Uint8Array>,
  hold: (bytes: number) => void,
): Promise<Kept> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  for await (const chunk of all) {
    held += chunk.length;
    if (held > PICTURE_BYTES) throw errors.pictureTooLarge();
    hold(chunk.length);
    chunks.push(new Uint8Array(chunk));
  }
  const given = await new Blob(chunks).bytes();
  const { owner, type } = record;
  const { bytes, thumbnail, ...rest } = await remakePicture(owner, {
    type,
    bytes: given,
  });
  const { whole, thumbnail: small } = placesOf(record);
  const size = await s.files.put(whole, once(bytes));
  const more = thumbnail ? await s.files.put(small, once(thumbnail)) : 0;
  return {
    ...{ ...rest, size, counted: size + more },
    // It is saved as what it is now.
    ...(rest.type && { name: record.name.replace(/\.avif$/i, ".webp") }),
    ...(thumbnail && { thumbnail: true }),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** The same bytes, as long as they are not too many. */
async function* limited(
  bytes: AsyncIterable<Uint8Array>,
  most: number,
  mb: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > most) throw errors.fileTooLarge(mb);
    yield chunk;
  }
}

/** The same bytes; as long as they come, that is noted. */
export async function* noted(
  s: Pick<Services, "kv">,
  id: string,
  bytes: AsyncIterable<Uint8Array>,
  every = NOTE_MS,
): AsyncGenerator<Uint8Array> {
  let last = Date.now();
  for await (const chunk of bytes) {
    if (Date.now() - last >= every) {
      last = Date.now();
      await s.kv.set([...keys.loose(), id], last);
    }
    yield chunk;
  }
}

/** How a stream begins, and all of it. */
async function headOf(bytes: AsyncGenerator<Uint8Array>) {
  const first: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const { done, value } = await bytes.next();
    if (done) break;
    first.push(new Uint8Array(value));
    length += value.length;
  }
  if (length === 0) throw errors.fileEmpty();
  const begin = await new Blob(first).bytes();
  async function* all() {
    yield begin;
    yield* bytes;
  }
  return { head: begin.subarray(0, HEAD_BYTES), all: all() };
}
