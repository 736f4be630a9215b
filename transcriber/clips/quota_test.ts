import { assertEquals, assertRejects } from "@std/assert";
import type { Caller } from "../access/auth.ts";
import { ApiError } from "../http/errors.ts";
import { GoogleStorage } from "../testing/google-storage.ts";
import { type Clips, LEAST } from "./clips.ts";
import { folderClips } from "./folder.ts";
import { gcsClips } from "./gcs.ts";
import { openBucket } from "./gcs-bucket.ts";
import { Quota } from "./quota.ts";

const person = (name: string): Caller => ({
  kind: "person",
  id: `person:${name}`,
});
const about = { contentType: "audio/webm", duration: 1 };
const LIMITS = { each: 100_000, all: 250_000 };

async function inFolder(use: (clips: Clips) => Promise<void>) {
  const dir = await Deno.makeTempDir({ prefix: "quota-test-" });
  await use(folderClips(dir));
  await Deno.remove(dir, { recursive: true });
}

async function inBucket(use: (clips: Clips) => Promise<void>) {
  await using storage = new GoogleStorage();
  const bucket = openBucket({
    project: "chat",
    name: storage.bucket,
    standin: storage.url,
    maxRetries: 0,
    log: () => {},
  });
  await use(gcsClips({ bucket }));
}

/** Keeps so many bytes for somebody, if there is room: what became of it. */
const keepIn = (clips: Clips) => {
  const quota = new Quota(clips, LIMITS);
  return (who: Caller, length: number) =>
    quota.within(
      who,
      length,
      () => clips.put(new Uint8Array(length), { owner: who.id, ...about }),
    ).then(
      ({ id }) => id,
      (error: ApiError) => `${error.status} ${error.code}`,
    );
};

for (const [store, within] of Object.entries({ inFolder, inBucket })) {
  Deno.test(`${store}: nobody keeps more than one may, and there is room again after a deletion`, () =>
    within(async (clips) => {
      const keep = keepIn(clips);
      const [ada, ben] = [person("ada"), person("ben")];
      const first = await keep(ada, 60_000);
      assertEquals(first.length, 22);
      assertEquals(await keep(ada, 60_000), "413 clip-quota");
      assertEquals((await keep(ada, 20_000)).length, 22);
      assertEquals((await keep(ben, 60_000)).length, 22);
      await clips.delete(first);
      assertEquals((await keep(ada, 60_000)).length, 22);
    }));

  Deno.test(`${store}: many at once are no way around it, nor are many small ones`, () =>
    within(async (clips) => {
      const keep = keepIn(clips);
      const large = await Promise.all(
        Array.from({ length: 10 }, () => keep(person("ada"), 60_000)),
      );
      assertEquals(large.filter((it) => it.length === 22).length <= 1, true);
      let small = 0;
      while ((await keep(person("ben"), 1)).length === 22) small++;
      assertEquals(small, Math.floor(LIMITS.each / LEAST));
    }));

  Deno.test(`${store}: everybody together keeps no more than the server may`, () =>
    within(async (clips) => {
      const keep = keepIn(clips);
      const kept: string[] = [];
      for (const name of ["a", "b", "c", "d"]) {
        kept.push(await keep(person(name), 80_000));
      }
      assertEquals(kept[3], "503 clips-full");
      assertEquals(kept.slice(0, 3).every((id) => id.length === 22), true);
      const program: Caller = { kind: "program", id: "program:1" };
      assertEquals(await keep(program, 80_000), "503 clips-full");
    }));
}

Deno.test("who keeps too much is told how much that is, and the operator what to set", async () => {
  const put = () => Promise.reject(new Error("never asked"));
  const full = (own: number, all: number) =>
    assertRejects(
      () =>
        new Quota({ taken: () => Promise.resolve({ own, all }) })
          .within(person("ada"), 1_000_000, put),
      ApiError,
    );
  assertEquals(
    (await full(199_500_000, 0)).message,
    "The recordings you keep here may take 200 MB, and this one is more. Delete one of them, or send this one without keeping it.",
  );
  const { operator } = await full(0, 9_999_500_000);
  assertEquals(operator?.includes("CLIP_MB_ALL, 10 GB."), true, operator);
});
