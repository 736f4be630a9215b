import type { Bucket, File } from "@google-cloud/storage";
import { isClipId, newClipId, tagOf } from "../../realtime/common/clip-id.ts";
import { ApiError } from "../http/errors.ts";
import type { Staging } from "../recognizers/google/google.ts";
import {
  type ClipInfo,
  type Clips,
  clipTaken,
  isExpired,
  LEAST,
} from "./clips.ts";
import { CLIPS, STAGED } from "./gcs-bucket.ts";
import { isNoObject, isThere, storageError } from "./gcs-errors.ts";

export interface GcsOptions {
  bucket(): Promise<Bucket>;
  /** Days after which a clip is gone, even before the bucket's own rule deletes it. */
  days?: number;
  now?: () => number;
}

/** Objects in one answer of the bucket, the most it gives. */
const PAGE = 1_000;

/** How long the total of all clips is trusted, ms; what was kept here since is added. */
const COUNTED = 600_000;

/** Clips as objects of a private bucket, `clips/<id>`, with what is known about them as metadata. */
export function gcsClips(options: GcsOptions): Clips {
  const now = options.now ?? Date.now;
  const fileOf = async (id: string) =>
    (await options.bucket()).file(`${CLIPS}${id}`);

  const infoOf = async (id: string): Promise<ClipInfo | null> => {
    const [{ contentType, size, metadata }] = await (await fileOf(id))
      .getMetadata();
    const info = {
      id,
      owner: String(metadata?.owner),
      contentType: contentType ?? "application/octet-stream",
      duration: Number(metadata?.duration),
      bytes: Number(size),
      createdAt: Number(metadata?.createdAt),
    };
    return isExpired(info, options.days, now()) ? null : info;
  };

  /** One page of the objects whose names begin with `prefix`. */
  const page = async (prefix: string, pageToken?: string) => {
    const [files, next] = await (await options.bucket()).getFiles({
      prefix: CLIPS + prefix,
      maxResults: PAGE,
      pageToken,
      autoPaginate: false,
    });
    const { pageToken: after } = (next ?? {}) as { pageToken?: string };
    return { files, after };
  };

  /** Bytes of all objects whose names begin with `prefix` and for which `isSo` holds. */
  const sum = async (prefix: string, isSo: (file: File) => boolean) => {
    let total = 0;
    let after: string | undefined;
    do {
      const part = await page(prefix, after);
      for (const file of part.files) if (isSo(file)) total += sizeOf(file);
      after = part.after;
    } while (after !== undefined);
    return total;
  };

  let all: { at: number; bytes: Promise<number> } | undefined;
  /** What was kept here since they were counted. */
  let since = 0;
  const count = async (): Promise<number> => {
    if (!all || now() - all.at > COUNTED) {
      since = 0;
      all = { at: now(), bytes: sum("", () => true) };
      all.bytes.catch(() => all = undefined);
    }
    return await all.bytes + since;
  };

  return {
    name: "gcs",

    async put(bytes, about) {
      const info = {
        ...about,
        id: about.id ?? newClipId(about.owner),
        bytes: bytes.length,
        createdAt: now(),
      };
      const { owner, contentType, duration, createdAt } = info;
      const metadata = { owner, duration, createdAt };
      await guarded(async () => {
        const file = await fileOf(info.id);
        await file.save(bytes, {
          resumable: false,
          validation: "crc32c",
          // An id is used once. With this condition the SDK may also repeat a request safely.
          preconditionOpts: { ifGenerationMatch: 0 },
          metadata: {
            contentType,
            cacheControl: "private, no-store",
            metadata: Object.fromEntries(
              Object.entries(metadata).map(([key, value]) => [key, `${value}`]),
            ),
          },
        }).catch(async (error) => {
          if (!isThere(error)) throw error;
          // It may be this one: repeated, as only the answer was lost.
          const there = await infoOf(info.id);
          const isIt = there?.createdAt === createdAt &&
            there.owner === owner && there.bytes === info.bytes;
          if (!isIt) throw clipTaken(error);
        });
      });
      since += Math.max(LEAST, info.bytes);
      return info;
    },

    get: (id, part) =>
      guarded(async () => {
        const info = isClipId(id) ? await infoOf(id) : null;
        if (info === null) return null;
        const [bytes] = await (await fileOf(id)).download(
          part && { start: part.from, end: part.to },
        );
        return { info, bytes: new Uint8Array(bytes) };
      }),

    find: (id) => guarded(async () => isClipId(id) ? await infoOf(id) : null),

    async delete(id) {
      if (!isClipId(id)) return;
      await guarded(async () => await (await fileOf(id)).delete());
    },

    async owned(owner, after) {
      const part = await guarded(() => page("", after));
      const ids = (part?.files ?? []).filter((file) => ownerOf(file) === owner)
        .map(({ name }) => name.slice(CLIPS.length)).filter(isClipId);
      return { ids, after: part?.after };
    },

    async taken(owner) {
      const isOwn = (file: File) => ownerOf(file) === owner;
      const taken = await guarded(async () => {
        const [own, all] = await Promise.all([
          sum(tagOf(owner), isOwn),
          count(),
        ]);
        return { own, all };
      });
      return taken ?? { own: 0, all: 0 };
    },

    async address(id, expiresAt) {
      const file = await fileOf(id);
      const [url] = await file.getSignedUrl({
        version: "v4",
        action: "read",
        expires: expiresAt,
        responseDisposition: `attachment; filename="clip-${id}"`,
      }).catch((error) => {
        throw storageError(error);
      });
      return url;
    },
  };
}

const ownerOf = ({ metadata }: File) => String(metadata.metadata?.owner);
const sizeOf = ({ metadata }: File) =>
  Math.max(LEAST, Number(metadata.size) || 0);

/** A place in the same bucket for recordings that Google is to read from there. */
export function gcsStaging({ bucket }: Pick<GcsOptions, "bucket">): Staging {
  return {
    async stage(bytes, contentType) {
      const name = `${STAGED}${crypto.randomUUID()}`;
      try {
        const file = (await bucket()).file(name);
        await file.save(bytes, {
          resumable: false,
          validation: "crc32c",
          preconditionOpts: { ifGenerationMatch: 0 },
          metadata: { contentType },
        });
        return {
          uri: file.cloudStorageURI.href,
          remove: async () => {
            // What cannot be removed now, the bucket's rule removes tomorrow.
            await file.delete({ ignoreNotFound: true }).catch(() => {});
          },
        };
      } catch (error) {
        throw stagingError(error);
      }
    },
  };
}

function stagingError(cause: unknown): ApiError {
  const { operator } = storageError(cause);
  return new ApiError({
    code: "speech-down",
    status: 503,
    message:
      "A recording of more than a minute cannot be understood right now. It is not lost: try again in a moment, or record a shorter one.",
    retryAfter: 5,
    operator,
    cause,
  });
}

/** Null when the object is missing; every other failure as a person should hear of it. */
async function guarded<T>(job: () => Promise<T>): Promise<T | null> {
  try {
    return await job();
  } catch (error) {
    if (isNoObject(error)) return null;
    throw storageError(error);
  }
}
