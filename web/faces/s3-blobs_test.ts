import { blobsContract } from "./blobs-contract.ts";
import { s3Blobs } from "./s3-blobs.ts";
import { type AwsStandIns, startAws } from "./standins/aws.ts";

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
