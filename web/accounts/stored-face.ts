import type { Blobs } from "../services.ts";
import {
  newFaceKey,
  pictureOf,
  sealed,
  templateOf,
  unsealed,
} from "./face-vault.ts";
import { addPicture, type NewPicture } from "./pictures.ts";
import { type FaceRecord, keys, type Store } from "./store.ts";

/** A stored face, readable. */
export interface StoredFace {
  record: FaceRecord;
  template: Uint8Array;
  /** The picture; null when it is gone from its store. */
  selfie(): Promise<Uint8Array | null>;
}

/** The face of an account, or null when none is stored, or its key was destroyed. */
export async function readFace(
  s: Store & { blobs: Blobs },
  accountId: string,
): Promise<StoredFace | null> {
  const [face, key] = await s.kv.getMany<
    [FaceRecord, Uint8Array<ArrayBuffer>]
  >([keys.face(accountId), keys.faceKey(accountId)]);
  const record = face.value;
  if (record === null || (record.sealed && key.value === null)) return null;
  const open = (what: string, bytes: Uint8Array) =>
    record.sealed && key.value
      ? unsealed(key.value, what, new Uint8Array(bytes))
      : Promise.resolve(bytes);
  return {
    record,
    template: await open(templateOf(accountId), record.template),
    async selfie() {
      const kept = await s.blobs.get(record.picture);
      return kept && await open(pictureOf(accountId), kept.bytes);
    },
  };
}

/**
 * Stores the picture of a new face, and seals its template. What it gives is used as a
 * {@link NewPicture}: `claim` puts the face in place of the account's present one.
 */
export async function addFace(
  s: Store & { blobs: Blobs },
  accountId: string,
  { template, selfie }: { template: Uint8Array; selfie: Uint8Array },
): Promise<NewPicture> {
  const key = newFaceKey();
  const sealedTemplate = await sealed(
    key,
    templateOf(accountId),
    new Uint8Array(template),
  );
  const picture = await addPicture(s, accountId, selfie, key);
  const face: FaceRecord = {
    template: sealedTemplate,
    picture: picture.blobKey,
    enrolledAt: Date.now(),
    sealed: true,
  };
  return {
    blobKey: picture.blobKey,
    claim(commit) {
      picture.claim(commit);
      commit.set(keys.face(accountId), face)
        .set(keys.faceKey(accountId), key);
    },
  };
}
