import type { FilePart } from "../../realtime/protocol.ts";
import { untilCommitted } from "../accounts/store.ts";
import { addFile } from "../files/add.ts";
import { previewOf, read, setSent } from "../files/records.ts";
import { claim } from "../files/send.ts";
import { HEAD_BYTES, isPicture, typeOf } from "../files/sniff.ts";
import type { Person, Services } from "../services.ts";
import { fetchOutside } from "./fetch-outside.ts";

export type PreviewServices = Pick<
  Services,
  "kv" | "files" | "realtime" | "config" | "outside"
>;

/** Where a message is, and who wrote it. */
export interface Place {
  roomId: string;
  id: string;
  me: Person;
}

/** A page, and then its picture, may take so long: ms. */
export const PATIENCE_MS = 5_000;
/** Bytes of a page that are read, and that a picture may have. */
export const MOST_BYTES = 512 * 1024;

/** A page's picture, made anew and kept here as a file of the sender's; undefined without one. */
export async function pictureOf(
  s: PreviewServices,
  { roomId, id, me }: Place,
  address: URL,
): Promise<FilePart | undefined> {
  try {
    const { bytes } = await fetchOutside(s.outside, address, {
      accept: "image/*",
      isWanted: (type) => type.startsWith("image/"),
      most: MOST_BYTES,
      whole: true,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!isPicture(typeOf(bytes.subarray(0, HEAD_BYTES)))) return undefined;
    const file = await addFile(s, me, roomId, {
      name: "preview",
      bytes: once(bytes),
      announced: bytes.length,
    });
    return await claim(s, file.id, previewOf(id), () => true);
  } catch {
    // It is broken, or there is no room for it: the page's words are enough.
    return undefined;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Says that a message has the picture. */
export async function keepPicture(
  s: Pick<Services, "kv">,
  id: string,
  message: string,
): Promise<void> {
  await untilCommitted(async () => {
    const entry = await read(s, id);
    if (entry.value?.state !== "claimed") return true;
    const commit = s.kv.atomic().check(entry);
    const { ok } = await setSent(commit, entry.value, Date.now(), message)
      .commit();
    return ok || undefined;
  });
}
