import { generateKeyPairSync } from "node:crypto";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../http/errors.ts";
import type { Fields } from "../../realtime/common/log-line.ts";
import {
  GoogleStorage,
  type PlannedStorage,
} from "../testing/google-storage.ts";
import type { ClipInfo, Clips } from "./clips.ts";
import { clipsContract } from "./contract.ts";
import { gcsClips, gcsStaging } from "./gcs.ts";
import { type BucketOptions, openBucket } from "./gcs-bucket.ts";

const about = { owner: "person:ada", contentType: "audio/webm", duration: 1.5 };
// Every byte there is: none may be changed on the way.
const bytes = Uint8Array.from({ length: 512 }, (_, i) => i % 256);

interface Kit {
  clips: Clips;
  storage: GoogleStorage;
  bucket: ReturnType<typeof openBucket>;
  lines: (Fields & { event: string })[];
  clock: { now: number };
}

async function withBucket(
  use: (kit: Kit) => Promise<void>,
  options: Partial<BucketOptions> = {},
): Promise<void> {
  await using storage = new GoogleStorage();
  const lines: Kit["lines"] = [];
  const bucket = openBucket({
    project: "chat",
    name: storage.bucket,
    standin: storage.url,
    maxRetries: 0,
    log: (_level, event, fields) => lines.push({ event, ...fields }),
    ...options,
  });
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const clips = gcsClips({ bucket, days: options.days, now });
  await use({ clips, storage, bucket, lines, clock });
}

clipsContract("gcs", (use) => withBucket(({ clips }) => use(clips)));

Deno.test("gcs: a clip of an earlier version, whose id says nothing, is found by its owner", () =>
  withBucket(async ({ clips, storage }) => {
    const { id } = await clips.put(bytes, about);
    const stored = storage.objects.get(`clips/${id}`)!;
    storage.objects.delete(`clips/${id}`);
    const earlier = "zZ".repeat(11);
    storage.objects.set(`clips/${earlier}`, stored);
    assertEquals(await clips.owned(about.owner), {
      ids: [earlier],
      after: undefined,
    });
  }));

Deno.test("gcs: what was kept though its answer was lost is no other's, and is kept once", () =>
  withBucket(async ({ clips, storage, bucket, clock }) => {
    await bucket();
    const asked = storage.requests.length;
    storage.fail({ status: 503, message: "Lost.", isDone: true });
    const info = await clips.put(bytes, about);
    assertEquals(await clips.get(info.id), { bytes, info });
    const uploads = storage.requests.slice(asked).filter((request) =>
      request.startsWith("POST /upload/")
    );
    assertEquals([uploads.length, storage.objects.size], [2, 1]);
    clock.now += 1;
    const other = { ...about, id: info.id };
    const again = await assertRejects(() => clips.put(bytes, other), ApiError);
    assertEquals(again.code, "clip-taken");
  }, { maxRetries: 1 }));

Deno.test("gcs: an object says what it is and whose, and that nobody may cache it", () =>
  withBucket(async ({ clips, storage }) => {
    const { id, createdAt } = await clips.put(bytes, about);
    const stored = storage.objects.get(`clips/${id}`);
    assertEquals(stored?.bytes, bytes);
    assertEquals(stored?.contentType, "audio/webm");
    assertEquals(stored?.cacheControl, "private, no-store");
    assertEquals(stored?.metadata, {
      owner: "person:ada",
      duration: "1.5",
      createdAt: `${createdAt}`,
    });
  }));

Deno.test("gcs: of a part no more is read than that", () =>
  withBucket(async ({ clips, storage }) => {
    const { id } = await clips.put(bytes, about);
    await clips.get(id, { from: 100, to: 104 });
    assertEquals(storage.sent, 5);
  }));

Deno.test("gcs: the bucket is closed to the public and told what to delete, once, beside the rules of others", () =>
  withBucket(async ({ clips, storage, lines }) => {
    const theirs = { action: { type: "Delete" }, condition: { age: 9 } };
    const stale = {
      action: { type: "Delete" },
      condition: { age: 3, matchesPrefix: ["clips/"] },
    };
    storage.settings.lifecycle = { rule: [theirs, stale] };
    await clips.put(bytes, about);
    await clips.put(bytes, about);
    const rule = (prefix: string, age: number) => ({
      action: { type: "Delete" },
      condition: { age, matchesPrefix: [prefix] },
    });
    assertEquals(storage.settings.lifecycle, {
      rule: [theirs, rule("staged/", 1), rule("clips/", 30)],
    });
    assertEquals(storage.settings.iamConfiguration, {
      publicAccessPrevention: "enforced",
      uniformBucketLevelAccess: { enabled: true },
    });
    assertEquals(lines.map(({ event }) => event), ["bucket-prepared"]);
    const patches = storage.requests.filter((line) => line.startsWith("PATCH"));
    assertEquals(patches.length, 1);
  }, { days: 30 }));

Deno.test("gcs: an account that may not change the bucket still keeps clips, and the operator is told", () =>
  withBucket(async ({ clips, storage, lines }) => {
    storage.fail({ status: 403, message: "no storage.buckets.get access" });
    const { id } = await clips.put(bytes, about);
    assert(storage.objects.has(`clips/${id}`));
    assertEquals(lines[0].event, "bucket-unprepared");
    assert(String(lines[0].reason).includes("CLIP_DAYS"));
  }, { days: 30 }));

Deno.test("gcs: a clip older than CLIP_DAYS is gone, even before the bucket deletes it", () =>
  withBucket(async ({ clips, clock }) => {
    const { id } = await clips.put(bytes, about);
    clock.now += 6 * 86_400_000;
    assert(await clips.find(id));
    clock.now += 86_400_001;
    assertEquals(await clips.find(id), null);
    assertEquals(await clips.get(id), null);
  }, { days: 7 }));

Deno.test("gcs: a signed address plays the clip without a credential, and not when it is changed", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
  });
  const keyFile = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(
    keyFile,
    JSON.stringify({
      type: "service_account",
      client_email: "chat@chat.iam.gserviceaccount.com",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    }),
  );
  Deno.env.set("GOOGLE_APPLICATION_CREDENTIALS", keyFile);
  try {
    await withBucket(async ({ clips, storage }) => {
      storage.publicKey = publicKey;
      const { id } = await clips.put(bytes, about);
      const address = await clips.address!(id, Date.now() + 300_000);
      const played = await fetch(address);
      assertEquals(played.status, 200, address);
      assertEquals(new Uint8Array(await played.arrayBuffer()), bytes);
      const other = (await clips.put(bytes, about)).id;
      const changed = await fetch(address.replace(id, other));
      assertEquals(changed.status, 403);
      await changed.body?.cancel();
    });
  } finally {
    Deno.env.delete("GOOGLE_APPLICATION_CREDENTIALS");
    await Deno.remove(keyFile);
  }
});

const AWAY =
  "Kept recordings cannot be reached right now. Yours is not lost: try again in a moment.";
const NOT_SET_UP =
  "Recordings cannot be kept on this server at the moment. Yours is not lost: send it without keeping it.";

/** What the service answers → what the person reads, and what the operator is told to look at. */
const failures: [string, PlannedStorage, string, string, RegExp][] = [
  [
    "no permission",
    { status: 403, message: "does not have storage.objects.create access" },
    "503 clips-refused",
    NOT_SET_UP,
    /objectAdmin/,
  ],
  [
    "key revoked",
    { status: 401, message: "Invalid Credentials" },
    "503 clips-refused",
    NOT_SET_UP,
    /GOOGLE_APPLICATION_CREDENTIALS/,
  ],
  [
    "bucket gone",
    { status: 404, message: "The specified bucket does not exist." },
    "503 clips-refused",
    NOT_SET_UP,
    /GCS_BUCKET does not exist/,
  ],
  [
    "too many requests",
    { status: 429, message: "rateLimitExceeded" },
    "503 clips-down",
    AWAY,
    /429/,
  ],
  [
    "an outage",
    { status: 503, message: "Backend Error" },
    "503 clips-down",
    AWAY,
    /503.*status\.cloud/,
  ],
];

for (const [title, planned, expected, sentence, advice] of failures) {
  Deno.test(`gcs: ${title} is told to the person and to the operator`, () =>
    withBucket(async ({ clips, storage }) => {
      const { id } = await clips.put(bytes, about);
      const works: (() => Promise<unknown>)[] = [
        () => clips.put(bytes, about),
        () => clips.get(id),
        () => clips.delete(id),
      ];
      for (const work of works) {
        storage.fail(planned);
        const error = await assertRejects(work, ApiError);
        assertEquals(`${error.status} ${error.code}`, expected);
        assertEquals(error.message, sentence);
        assert(advice.test(error.operator ?? ""), error.operator);
      }
      assertEquals((await clips.get(id))?.bytes, bytes, "and then it works");
    }));
}

Deno.test("gcs: a bucket that never was is told as one that is gone", () =>
  withBucket(async ({ clips }) => {
    const error = await assertRejects(() => clips.put(bytes, about), ApiError);
    assertEquals(error.message, NOT_SET_UP);
    assert(error.operator?.includes("GCS_BUCKET does not exist"));
  }, { name: "chat-elsewhere" }));

Deno.test("gcs: an outage of a moment is not even noticed", () =>
  withBucket(async ({ clips, storage }) => {
    await clips.find("a".repeat(22)); // the bucket is prepared by now
    storage.fail({ status: 503, message: "Backend Error" });
    const { id }: ClipInfo = await clips.put(bytes, about);
    assert(storage.objects.has(`clips/${id}`));
  }, { maxRetries: 2 }));

Deno.test("gcs: what is staged lies in the bucket until it is removed, and removing never fails", () =>
  withBucket(async ({ bucket, storage }) => {
    const { uri, remove } = await gcsStaging({ bucket })
      .stage(bytes, "audio/l16");
    const name = uri.replace(`gs://${storage.bucket}/`, "");
    assert(name.startsWith("staged/"));
    assertEquals(storage.objects.get(name)?.bytes, bytes);
    storage.fail({ status: 503, message: "Backend Error" });
    await remove();
    await remove();
    assertEquals(storage.objects.size, 0);
    storage.fail({ status: 403, message: "denied" });
    const error = await assertRejects(
      () => gcsStaging({ bucket }).stage(bytes, "audio/l16"),
      ApiError,
    );
    assertEquals(error.code, "speech-down");
    assert(error.operator?.includes("objectAdmin"));
  }));
