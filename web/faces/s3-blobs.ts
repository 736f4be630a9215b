import type { S3 } from "@aws-sdk/client-s3";
import type { AwsConfig } from "./aws-config.ts";
import { faultOf } from "./aws-failure.ts";
import { AwsService, sdkOptions } from "./aws-service.ts";
import { type Blobs, requireContentType, requirePlainKey } from "./blobs.ts";

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
  const service = new AwsService<S3>("S3", async () => {
    const sdk = await import("@aws-sdk/client-s3");
    return new sdk.S3({
      ...sdkOptions(aws, aws.s3Endpoint),
      // Stand-ins and S3's imitations seldom have a host name for each bucket.
      forcePathStyle: aws.s3Endpoint !== undefined,
    });
  }, deadline);

  /** A bucket that keeps versions would keep a deleted picture, and people were told it is gone. */
  async function deleteVersions(Key: string) {
    const { Versions = [], DeleteMarkers = [] } = await service.call(
      "ListObjectVersions",
      (client, abortSignal) =>
        client.listObjectVersions({ Bucket, Prefix: Key }, { abortSignal }),
    );
    for (const version of [...Versions, ...DeleteMarkers]) {
      if (version.Key !== Key) continue;
      const { VersionId } = version;
      await service.call(
        "DeleteObject of a version",
        (client, abortSignal) =>
          client.deleteObject({ Bucket, Key, VersionId }, { abortSignal }),
      );
    }
  }

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
      const { DeleteMarker } = await service.call(
        "DeleteObject",
        (client, abortSignal) =>
          client.deleteObject({ Bucket, Key: key }, { abortSignal }),
      );
      if (DeleteMarker) await deleteVersions(key);
    },

    close: () => service.close(),
  };
}
