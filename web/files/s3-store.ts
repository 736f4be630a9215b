import { AppError } from "../errors.ts";
import type { AwsConfig } from "../faces/aws-config.ts";
import { faultOf } from "../faces/aws-failure.ts";
import { deleteForGood, openS3, type S3Call } from "../faces/s3-service.ts";
import { briefly } from "./briefly.ts";
import { filesUnavailable } from "./errors.ts";
import { type FileStore, requirePlainKey } from "./file-store.ts";

/** Bytes of one part of an upload; S3 takes no fewer than 5 MB, but for the last. */
const PART = 6 * 1024 * 1024;
/** Milliseconds for a call with its retries that carries bytes, or puts their parts together. */
const SLOW = 60_000;

/**
 * Files in a private S3 bucket, below `files/`, encrypted at rest. Nothing gets an address of its
 * own: what is shown is read and served by this app. An upload that was broken off keeps parts that
 * nobody sees until its key is deleted.
 */
export function s3Files(
  aws: AwsConfig,
  { quick, slow = SLOW }: { quick?: number; slow?: number } = {},
): Required<FileStore> {
  const Bucket = aws.bucket;
  const service = openS3(aws, quick);

  const call: S3Call = async (...args) => {
    try {
      return await service.call(...args);
    } catch (error) {
      if (error instanceof AppError) throw filesUnavailable(error);
      throw error;
    }
  };
  /** Somebody waits for the others, which are answered at once, or not at all. */
  const slowCall = <T>(operation: string, run: Parameters<typeof call<T>>[1]) =>
    call(operation, run, undefined, slow);

  const keyOf = (key: string): string => {
    requirePlainKey(key);
    return `files/${key}`;
  };

  async function begin(Key: string): Promise<string> {
    const { UploadId = "" } = await call(
      "CreateMultipartUpload",
      (client, abortSignal) =>
        client.createMultipartUpload({
          ...{ Bucket, Key, ServerSideEncryption: "AES256" },
          ...{ ContentType: "application/octet-stream" },
          CacheControl: "private, no-store",
        }, { abortSignal }),
    );
    return UploadId;
  }

  async function abort(Key: string, UploadId?: string): Promise<void> {
    await call(
      "AbortMultipartUpload",
      (client, abortSignal) =>
        client.abortMultipartUpload({ Bucket, Key, UploadId }, { abortSignal }),
    );
  }

  /** Aborts what was broken off, by this process or by one that is no more. */
  async function abortAll(Key: string): Promise<void> {
    const { Uploads = [] } = await call(
      "ListMultipartUploads",
      (client, abortSignal) =>
        client.listMultipartUploads({ Bucket, Prefix: Key }, { abortSignal }),
    );
    for (const upload of Uploads) {
      if (upload.Key === Key) await abort(Key, upload.UploadId);
    }
  }

  return {
    async put(key, bytes) {
      const Key = keyOf(key);
      const UploadId = await begin(Key);
      try {
        const Parts: { ETag?: string; PartNumber: number }[] = [];
        let size = 0;
        for await (const Body of partsOf(bytes)) {
          const PartNumber = Parts.length + 1;
          const { ETag } = await slowCall(
            "UploadPart",
            (client, abortSignal) =>
              client.uploadPart(
                { Bucket, Key, UploadId, PartNumber, Body },
                { abortSignal },
              ),
          );
          Parts.push({ ETag, PartNumber });
          size += Body.length;
        }
        await slowCall(
          "CompleteMultipartUpload",
          (client, abortSignal) =>
            client.completeMultipartUpload(
              { Bucket, Key, UploadId, MultipartUpload: { Parts } },
              { abortSignal },
            ),
        );
        return size;
      } catch (error) {
        await briefly(
          abort(Key, UploadId).catch(() => {
            // Deleting the key aborts it, too.
          }),
        );
        throw error;
      }
    },

    async get(key, part) {
      const Key = keyOf(key);
      const Range = part && `bytes=${part.from}-${part.to}`;
      return await call<ReadableStream<Uint8Array> | null>(
        "GetObject",
        async (client, abortSignal) => {
          const { Body } = await client.getObject({ Bucket, Key, Range }, {
            abortSignal,
          });
          return Body?.transformToWebStream() ?? null;
        },
        (error) => faultOf(error) === "NoSuchKey" ? null : undefined,
      );
    },

    async delete(key) {
      const Key = keyOf(key);
      await abortAll(Key);
      await deleteForGood(call, Bucket, Key);
    },

    close: () => service.close(),
  };
}

/** The bytes in parts of one size, the last of which may be smaller, or empty if it is the only. */
async function* partsOf(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(PART);
  let held = 0;
  let isFirst = true;
  for await (let chunk of bytes) {
    while (chunk.length > 0) {
      const taken = chunk.subarray(0, PART - held);
      part.set(taken, held);
      held += taken.length;
      chunk = chunk.subarray(taken.length);
      if (held < PART) continue;
      yield part;
      isFirst = false;
      part = new Uint8Array(PART);
      held = 0;
    }
  }
  if (held > 0 || isFirst) yield part.subarray(0, held);
}
