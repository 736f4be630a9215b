/** What every store of files promises, as tests: call it from the test file of each. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { FileStore, Part } from "./file-store.ts";
import { streamOf } from "./testing.ts";

/** Registers the tests of one store; `withStore` lends an empty one. */
export function storeContract(
  name: string,
  withStore: (run: (store: FileStore) => Promise<void>) => Promise<void>,
) {
  function test(promise: string, run: (store: FileStore) => Promise<void>) {
    Deno.test(`${name}: ${promise}`, () => withStore(run));
  }

  const read = async (store: FileStore, key: string, part?: Part) => {
    const stream = await store.get(key, part);
    return stream &&
      await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>)
        .bytes();
  };

  test("what is put comes back, and says how much it was", async (store) => {
    assertEquals(await store.put("r/a", streamOf("one", "", " two")), 7);
    assertEquals(
      new TextDecoder().decode(await read(store, "r/a") ?? undefined),
      "one two",
    );
  });

  test("more than one part of an upload comes back in order", async (store) => {
    const chunks = Array.from(
      { length: 150 },
      (_, i) => new Uint8Array(100_003).fill(i),
    );
    const all = await new Blob(chunks).bytes();
    assertEquals(await store.put("r/large", streamOf(...chunks)), all.length);
    const kept = await read(store, "r/large");
    assert(kept !== null && kept.length === all.length);
    assert(kept.every((byte, at) => byte === all[at]));
  });

  test("a part is read, ends included", async (store) => {
    await store.put("r/a", streamOf("0123456789"));
    for (
      const [from, to, text] of [[0, 0, "0"], [3, 5, "345"], [
        9,
        9,
        "9",
      ]] as const
    ) {
      const part = await read(store, "r/a", { from, to });
      assertEquals(new TextDecoder().decode(part ?? undefined), text);
    }
    // Whoever stops reading leaves nothing open.
    await (await store.get("r/a", { from: 0, to: 9 }))?.cancel();
    await (await store.get("r/a"))?.cancel();
  });

  test("nothing at all can be kept too", async (store) => {
    assertEquals(await store.put("r/empty", streamOf()), 0);
    assertEquals(await read(store, "r/empty"), new Uint8Array());
  });

  test("of a stream that breaks nothing is there, and its error is told", async (store) => {
    async function* broken() {
      yield new Uint8Array(7_000_000);
      await Promise.reject(new RangeError("cut off"));
    }
    await assertRejects(() => store.put("r/a", broken()), RangeError);
    assertEquals(await store.get("r/a"), null);
  });

  test("what is deleted is gone, and what was never there is no error", async (store) => {
    await store.put("r/a", streamOf("1"));
    await store.put("r/a/thumbnail", streamOf("2"));
    await store.put("r/ab", streamOf("3"));
    await store.delete("r/a");
    await store.delete("r/none");
    assertEquals(await store.get("r/a"), null);
    assertEquals((await read(store, "r/a/thumbnail"))?.length, 1);
    assertEquals((await read(store, "r/ab"))?.length, 1);
  });

  test("who reads when it is deleted reads to the end, and the next one nothing", async (store) => {
    const bytes = new Uint8Array(10_000_000).fill(7);
    await store.put("r/a", streamOf(bytes));
    for (const part of [undefined, { from: 1, to: bytes.length - 1 }]) {
      if (part) await store.put("r/a", streamOf(bytes));
      const reader = (await store.get("r/a", part))!.getReader();
      let { value, done } = await reader.read(), size = 0;
      await store.delete("r/a");
      for (; !done; { value, done } = await reader.read()) {
        assert(value!.every((byte) => byte === 7));
        size += value!.length;
      }
      assertEquals(size, bytes.length - (part?.from ?? 0));
      assertEquals(await store.get("r/a", part), null);
    }
  });

  test("keys that are not plain paths are refused", async (store) => {
    for (
      const key of [
        "",
        ".",
        "../a",
        "a/../b",
        "/a",
        "a/",
        "a//b",
        "a\\b",
        "a.b",
        "a b",
        "é",
      ]
    ) {
      await assertRejects(() => store.put(key, streamOf("1")), TypeError);
      await assertRejects(() => store.get(key), TypeError);
      await assertRejects(() => store.delete(key), TypeError);
    }
  });
}
