import { assertEquals, assertRejects } from "@std/assert";
import { Remembered } from "./remembered.ts";

async function withKv(test: (kv: Deno.Kv) => Promise<void>) {
  using kv = await Deno.openKv(":memory:");
  await test(kv);
}

Deno.test("a value is read again when one of its marks was written, and not before", () =>
  withKv(async (kv) => {
    const names = new Remembered<string>(10, () => 1);
    const reads: (boolean[] | undefined)[] = [];
    const get = () =>
      names.get(kv, "a", [["one"], ["two"]], (before) => {
        reads.push(before?.same);
        return Promise.resolve(`read ${reads.length}`);
      });
    assertEquals(await get(), "read 1");
    assertEquals(await get(), "read 1");
    await kv.set(["two"], true);
    assertEquals(await get(), "read 2");
    // The same value, written again, is a change as well.
    await kv.set(["two"], true);
    assertEquals(await get(), "read 3");
    await kv.set(["one"], true);
    await kv.set(["two"], true);
    assertEquals(await get(), "read 4");
    assertEquals(reads, [undefined, [true, false], [true, false], undefined]);
  }));

Deno.test("who asks while it is read gets the same, and a failure is not remembered", () =>
  withKv(async (kv) => {
    const names = new Remembered<string>(10, () => 1);
    let reads = 0;
    const get = () =>
      names.get(kv, "a", [["mark"]], async () => {
        reads += 1;
        await kv.get(["mark"]);
        if (reads === 1) throw new Error("away");
        return "read";
      });
    await assertRejects(get, Error, "away");
    assertEquals(await Promise.all([get(), get()]), ["read", "read"]);
    assertEquals(reads, 2);
  }));

Deno.test("a change while it is read is seen the next time", () =>
  withKv(async (kv) => {
    const names = new Remembered<string>(10, () => 1);
    let value = "old";
    const get = () =>
      names.get(kv, "a", [["mark"]], async () => {
        const read = value;
        if (value === "old") {
          value = "new";
          await kv.set(["mark"], true);
        }
        return read;
      });
    assertEquals([await get(), await get()], ["old", "new"]);
  }));

Deno.test("what was not asked for longest is forgotten first", () =>
  withKv(async (kv) => {
    const names = new Remembered<string>(10, () => 4);
    const reads: string[] = [];
    const get = (id: string) =>
      names.get(kv, id, [["mark"]], () => {
        reads.push(id);
        return Promise.resolve(id);
      });
    for (const id of ["a", "b", "a", "c", "a", "b"]) await get(id);
    assertEquals(reads, ["a", "b", "c", "b"]);
  }));
