import { assertEquals } from "@std/assert";
import { type AwsStandIns, startAws } from "../faces/standins/aws.ts";
import { outcomeOf } from "../faces/standins/testing.ts";
import type { FileStore } from "./file-store.ts";
import { s3Files } from "./s3-store.ts";
import { storeContract } from "./store-contract.ts";
import { streamOf } from "./testing.ts";

async function withBucket(
  run: (store: FileStore, aws: AwsStandIns) => Promise<void>,
  options?: { versioned?: boolean },
) {
  const aws = startAws(options);
  const store = s3Files(aws.config);
  try {
    await run(store, aws);
  } finally {
    await store.close();
    await aws.close();
  }
}

storeContract("S3", withBucket);
storeContract(
  "S3 with versions",
  (run) => withBucket(run, { versioned: true }),
);

Deno.test("S3: what is kept is encrypted, has no access list, and stays out of caches", () =>
  withBucket(async (store, { s3 }) => {
    await store.put("r/a", streamOf("1"));
    const [{ key, headers }] = s3.versions;
    assertEquals(key, "files/r/a");
    assertEquals(headers, {
      "content-type": "application/octet-stream",
      "cache-control": "private, no-store",
      "x-amz-server-side-encryption": "AES256",
      "x-amz-acl": "",
    });
  }));

Deno.test("S3: a deleted file has no versions left", () =>
  withBucket(async (store, { s3 }) => {
    await store.put("r/a", streamOf("1"));
    await store.put("r/ab", streamOf("1"));
    await store.delete("r/a");
    assertEquals(s3.versions.map(({ key }) => key), ["files/r/ab"]);
  }, { versioned: true }));

Deno.test("S3: an upload that cannot go on leaves no parts, at the latest once its key is deleted", () =>
  withBucket(async (store, { s3 }) => {
    const denied = { code: "AccessDenied", status: 403 };
    s3.faults.always("UploadPart", denied);
    const { code } = await outcomeOf(store.put("r/a", streamOf("1")));
    assertEquals([code, s3.uploading], ["files-unavailable", []]);
    s3.faults.always("AbortMultipartUpload", denied);
    await outcomeOf(store.put("r/a", streamOf("1")));
    assertEquals(s3.uploading, ["files/r/a"]);
    s3.faults.always("AbortMultipartUpload", null);
    await store.delete("r/a");
    assertEquals([s3.uploading, s3.versions], [[], []]);
  }));

Deno.test("S3: throttling is waited for", () =>
  withBucket(async (store, { s3 }) => {
    s3.faults.next("UploadPart", { code: "SlowDown", status: 503 });
    assertEquals(await store.put("r/a", streamOf("12")), 2);
    // Where it does not end, a person is told to wait, and nothing stays.
    s3.faults.always("UploadPart", { code: "SlowDown", status: 503 });
    const { code, status } = await outcomeOf(store.put("r/b", streamOf("12")));
    assertEquals([code, status], ["files-unavailable", 503]);
    assertEquals(s3.versions.map(({ key }) => key), ["files/r/a"]);
    assertEquals(s3.uploading, []);
  }));

Deno.test("S3: that takes a call and never answers is given up soon, also where bytes may take long", async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const taking = (async () => {
    for await (const connection of silent) held.push(connection);
  })();
  const aws = startAws();
  const s3Endpoint = `http://127.0.0.1:${silent.addr.port}`;
  const store = s3Files({ ...aws.config, s3Endpoint }, {
    quick: 500,
    slow: 1e9,
  });
  const { code } = await outcomeOf(store.put("r/a", streamOf("1")));
  assertEquals([code, held.length], ["files-unavailable", 1]);
  await store.close();
  await aws.close();
  silent.close();
  await taking;
  for (const connection of held) connection.close();
});
