/** What every blob store promises, as tests: call it from the test file of each. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Blobs } from "./blobs.ts";

/** Registers the tests of one store; `withBlobs` lends an empty one. */
export function blobsContract(
  name: string,
  withBlobs: (run: (blobs: Blobs) => Promise<void>) => Promise<void>,
) {
  function test(promise: string, run: (blobs: Blobs) => Promise<void>) {
    Deno.test(`${name}: ${promise}`, () => withBlobs(run));
  }

  const bytes = new Uint8Array([0, 10, 13, 255, 10, 0]);

  test("what is put comes back with its type", async (blobs) => {
    await blobs.put("selfies/a.jpg", bytes, "image/jpeg");
    const found = await blobs.get("selfies/a.jpg");
    assertEquals(found, { bytes, type: "image/jpeg" });
  });

  test("nothing at all can be kept too", async (blobs) => {
    await blobs.put("empty", new Uint8Array(), "text/plain; charset=utf-8");
    const found = await blobs.get("empty");
    assertEquals(found, {
      bytes: new Uint8Array(),
      type: "text/plain; charset=utf-8",
    });
  });

  test("putting again replaces bytes and type", async (blobs) => {
    await blobs.put("a", bytes, "image/jpeg");
    await blobs.put("a", new Uint8Array([1]), "text/plain");
    assertEquals(await blobs.get("a"), {
      bytes: new Uint8Array([1]),
      type: "text/plain",
    });
  });

  test("what is not there is null, and deleting it is no error", async (blobs) => {
    assertEquals(await blobs.get("selfies/none"), null);
    await blobs.delete("selfies/none");
  });

  test("what is deleted is gone", async (blobs) => {
    await blobs.put("selfies/a", bytes, "image/jpeg");
    await blobs.put("selfies/ab", bytes, "image/jpeg");
    await blobs.delete("selfies/a");
    assertEquals(await blobs.get("selfies/a"), null);
    assertEquals((await blobs.get("selfies/ab"))?.bytes, bytes);
  });

  test("a key may begin with another key", async (blobs) => {
    await blobs.put("a", bytes, "image/jpeg");
    await blobs.put("a/b", bytes, "image/jpeg");
    assertEquals((await blobs.get("a"))?.bytes, bytes);
    assertEquals((await blobs.get("a/b"))?.bytes, bytes);
  });

  test("keys that are not plain paths are refused", async (blobs) => {
    const keys = [
      "",
      ".",
      "..",
      "../a",
      "a/../b",
      "/a",
      "a/",
      "a//b",
      "a\\b",
      "a\0",
      "a b",
      ".hidden",
      "a/.b",
      "é",
      "a".repeat(201),
    ];
    for (const key of keys) {
      await assertRejects(() => blobs.put(key, bytes, "image/jpeg"), TypeError);
      await assertRejects(() => blobs.get(key), TypeError);
      await assertRejects(() => blobs.delete(key), TypeError);
    }
  });

  test("a content type that is not one line is refused", async (blobs) => {
    for (const type of ["", "text/plain\nx", "é"]) {
      await assertRejects(() => blobs.put("a", bytes, type), TypeError);
    }
    assertEquals(await blobs.get("a"), null);
  });

  test("of many at once one wins whole", async (blobs) => {
    const versions = [1, 2, 3, 4].map((n) => new Uint8Array(50_000).fill(n));
    await Promise.all(
      versions.map((version) => blobs.put("a", version, "image/jpeg")),
    );
    const found = (await blobs.get("a"))?.bytes;
    assertEquals(found, versions[(found?.[0] ?? 0) - 1]);
  });
}
