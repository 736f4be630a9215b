/**
 * Photos of a form that came back for another field, so that nobody without script has to take them
 * again. They are kept in the memory of this process and nowhere else, sealed (face-vault.ts) with a
 * key that only the form carries, for ten minutes at most. Another instance, or this one after a new
 * start, does not have them: the form then asks for a photo again.
 */
import { newFaceKey, sealed, unsealed } from "./face-vault.ts";

/** From when the photos first came: ms. */
const KEPT_MS = 10 * 60 * 1000;
/** All that is kept at a time. What came first makes room. */
const MOST_BYTES = 32 * 1024 * 1024;

interface Kept {
  photos: Uint8Array<ArrayBuffer>[];
  bytes: number;
  until: number;
  timer: ReturnType<typeof setTimeout>;
}

const kept = new Map<string, Kept>();
let bytesKept = 0;

const whatOf = (id: string, whom: string): string =>
  `photo of form ${id} of ${whom}`;

function forget(id: string): Kept | undefined {
  const entry = kept.get(id);
  if (!entry || !kept.delete(id)) return undefined;
  clearTimeout(entry.timer);
  bytesKept -= entry.bytes;
  return entry;
}

function remember(id: string, photos: Kept["photos"], until: number): void {
  const bytes = photos.reduce((sum, { length }) => sum + length, 0);
  const timer = setTimeout(() => forget(id), until - Date.now());
  Deno.unrefTimer(timer);
  kept.set(id, { photos, bytes, until, timer });
  bytesKept += bytes;
  for (const [oldest] of kept) {
    if (bytesKept <= MOST_BYTES) break;
    forget(oldest);
  }
}

/** Photos that are kept, for the form. */
export interface KeptPhotos {
  /** Opens them, once; nothing else does. */
  handle: string;
  /** When they are gone, ms since the Unix epoch. */
  until: number;
}

/**
 * Keeps photos for a form that is shown again.
 * @param whom whose form it is: nobody else takes them.
 */
export async function keepPhotos(
  photos: Uint8Array[],
  whom: string,
): Promise<KeptPhotos> {
  const id = crypto.randomUUID();
  const key = newFaceKey();
  const until = Date.now() + KEPT_MS;
  const closed = await Promise.all(
    photos.map((photo) => sealed(key, whatOf(id, whom), new Uint8Array(photo))),
  );
  remember(id, closed, until);
  const handle = `${id}.${key.toBase64({ alphabet: "base64url" })}`;
  return { handle, until };
}

/** The photos of a form, in use. */
export interface TakenPhotos {
  photos: Uint8Array[];
  /** They were kept here, and did not come just now. */
  isKept: boolean;
  /** Keeps them for the form that came back; those kept before until the time they had. */
  putBack(): KeptPhotos | Promise<KeptPhotos>;
}

/** Takes photos out: whoever comes after finds none. Null where there are none to take. */
export async function takePhotos(
  handle: string,
  whom: string,
): Promise<TakenPhotos | null> {
  const [id, key = ""] = handle.split(".");
  const entry = kept.get(id);
  if (!entry || entry.until <= Date.now()) return null;
  let photos: Uint8Array[];
  try {
    const secret = Uint8Array.fromBase64(key, { alphabet: "base64url" });
    photos = await Promise.all(
      entry.photos.map((photo) => unsealed(secret, whatOf(id, whom), photo)),
    );
  } catch {
    // Another key, or another person.
    return null;
  }
  if (!forget(id)) return null;
  const { until } = entry;
  return {
    photos,
    isKept: true,
    putBack() {
      remember(id, entry.photos, until);
      return { handle, until };
    },
  };
}
