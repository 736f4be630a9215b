import type { S3 } from "@aws-sdk/client-s3";
import type { AwsConfig } from "./aws-config.ts";
import { AwsService, sdkOptions } from "./aws-service.ts";

/** How a call of S3 is made: `call` of {@link AwsService}, or one that renames its errors. */
export type S3Call = AwsService<S3>["call"];

/**
 * S3, as everything here uses it.
 * @param deadline milliseconds for one call with its retries
 */
export const openS3 = (aws: AwsConfig, deadline?: number): AwsService<S3> =>
  new AwsService<S3>("S3", async () => {
    const sdk = await import("@aws-sdk/client-s3");
    return new sdk.S3({
      ...sdkOptions(aws, aws.s3Endpoint),
      // Stand-ins and S3's imitations seldom have a host name for each bucket.
      forcePathStyle: aws.s3Endpoint !== undefined,
    });
  }, deadline);

/**
 * Deletes an object, and where a bucket keeps versions every one of it: people were told that it
 * is gone.
 */
export async function deleteForGood(
  call: S3Call,
  Bucket: string,
  Key: string,
): Promise<void> {
  const { DeleteMarker } = await call(
    "DeleteObject",
    (client, abortSignal) =>
      client.deleteObject({ Bucket, Key }, { abortSignal }),
  );
  if (!DeleteMarker) return;
  const { Versions = [], DeleteMarkers = [] } = await call(
    "ListObjectVersions",
    (client, abortSignal) =>
      client.listObjectVersions({ Bucket, Prefix: Key }, { abortSignal }),
  );
  for (const version of [...Versions, ...DeleteMarkers]) {
    if (version.Key !== Key) continue;
    const { VersionId } = version;
    await call(
      "DeleteObject of a version",
      (client, abortSignal) =>
        client.deleteObject({ Bucket, Key, VersionId }, { abortSignal }),
    );
  }
}
