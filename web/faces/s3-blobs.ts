import type { AwsConfig } from "./aws-config.ts";
import { faultOf } from "./aws-failure.ts";
import { type Blobs, requireContentType, requirePlainKey } from "./blobs.ts";
import { deleteForGood, openS3 } from "./s3-service.ts";

/**
 * Blobs in a private S3 bucket, encrypted at rest. Nothing gets an address of its own: what is
 * shown is read and served by this app.
 * @param deadline milliseconds for one call with its retries
 */
export function s3Blobs(
  aws: AwsConfig,
  deadline?: number,
): Required<Blobs> {
  const Bucket = aws.bucket;
  const service = openS3(aws, deadline);

  return {
    async put(key, bytes, type) {
      requirePlainKey(key);
      requireContentType(type);
      await service.call(
        "PutObject",
        (client, abortSignal) =>
          client.putObject({
            Bucket,
            Key: key,
            Body: bytes,
            ContentType: type,
            CacheControl: "private, no-store",
            ServerSideEncryption: "AES256",
          }, { abortSignal }),
      );
    },

    async get(key) {
      requirePlainKey(key);
      return await service.call<Awaited<ReturnType<Blobs["get"]>>>(
        "GetObject",
        async (client, abortSignal) => {
          const { Body, ContentType = "application/octet-stream" } =
            await client.getObject({ Bucket, Key: key }, { abortSignal });
          const bytes = await Body?.transformToByteArray() ?? new Uint8Array();
          return { bytes, type: ContentType };
        },
        (error) => faultOf(error) === "NoSuchKey" ? null : undefined,
      );
    },

    async delete(key) {
      requirePlainKey(key);
      await deleteForGood((...call) => service.call(...call), Bucket, key);
    },

    close: () => service.close(),
  };
}
