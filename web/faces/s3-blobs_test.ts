import { assertEquals } from "@std/assert";
import { blobsContract } from "./blobs-contract.ts";
import { s3Blobs } from "./s3-blobs.ts";
import { type AwsStandIns, startAws } from "./standins/aws.ts";
import { outcomeOf } from "./standins/testing.ts";

async function withBucket(
  run: (blobs: ReturnType<typeof s3Blobs>, aws: AwsStandIns) => Promise<void>,
  options?: { versioned?: boolean },
) {
  const aws = startAws(options);
  const blobs = s3Blobs(aws.config);
  try {
    await run(blobs, aws);
  } finally {
    await blobs.close();
    await aws.close();
  }
}

blobsContract("S3", (run) => withBucket((blobs) => run(blobs)));
blobsContract(
  "S3 with versions",
  (run) => withBucket((blobs) => run(blobs), { versioned: true }),
);

const jpeg = new Uint8Array([0xff, 0xd8, 0xff]);

Deno.test(
  "S3: what is kept is encrypted, has no access list, and stays out of caches",
  () =>
    withBucket(async (blobs, { s3 }) => {
      await blobs.put("selfies/a.jpg", jpeg, "image/jpeg");
      const [{ key, headers }] = s3.versions;
      assertEquals(key, "selfies/a.jpg");
      assertEquals(headers, {
        "content-type": "image/jpeg",
        "cache-control": "private, no-store",
        "x-amz-server-side-encryption": "AES256",
        "x-amz-acl": "",
      });
    }),
);

Deno.test("S3: a deleted picture has no versions left, and others keep theirs", () =>
  withBucket(async (blobs, { s3 }) => {
    await blobs.put("selfies/a", jpeg, "image/jpeg");
    await blobs.put("selfies/a", jpeg, "image/jpeg");
    await blobs.put("selfies/ab", jpeg, "image/jpeg");
    await blobs.delete("selfies/a");
    assertEquals(s3.versions.map(({ key }) => key), ["selfies/ab"]);
  }, { versioned: true }));

Deno.test("S3: when an old version cannot be deleted, that is no success", () =>
  withBucket(async (blobs, { s3 }) => {
    await blobs.put("selfies/a", jpeg, "image/jpeg");
    s3.faults.always("ListObjectVersions", {
      code: "AccessDenied",
      status: 403,
    });
    const { code } = await outcomeOf(blobs.delete("selfies/a"));
    assertEquals(code, "pictures-misconfigured");
  }, { versioned: true }));
