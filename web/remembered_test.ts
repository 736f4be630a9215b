import { assertEquals, assertRejects } from "@std/assert";
import { withMethods } from "./kv.ts";
import { asOf, knowMoments } from "./kv-moment.ts";
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

Deno.test("as much is kept after many reads at once, failures and changes as before", () =>
  withKv(async (kv) => {
    const names = new Remembered<string>(10, ({ length }) => length);
    let reads: string[] = [];
    const get = (id: string, value: string | null = "four") =>
      names.get(kv, id, [["mark"]], async () => {
        reads.push(id);
        await kv.get(["mark"]);
        if (value === null) throw new Error("away");
        return value;
      });
    for (let round = 0; round < 20; round++) {
      await Promise.allSettled([
        ...["a", "b", "a", "c", "d"].map((id) => get(id)),
        ...["e", "f"].map((id) => get(id, null)),
        ...["g", "h"].map((id) => get(id, "")),
        kv.set(["mark"], round),
        ...["a", "b", "e"].map((id) => get(id, "longer")),
      ]);
    }
    reads = [];
    for (const id of ["x", "y", "x", "y", "z", "y"]) await get(id);
    assertEquals(reads, ["x", "y", "z"]);
    await get("x");
    assertEquals(reads, ["x", "y", "z", "x"]);
  }));

Deno.test("what is not there is not kept, however much of it is asked for", () =>
  withKv(async (kv) => {
    const names = new Remembered<string>(10, ({ length }) => length);
    const reads: string[] = [];
    const get = (id: string) =>
      names.get(kv, id, [["mark"]], () => {
        reads.push(id);
        return Promise.resolve(id === "there" ? "a" : "");
      });
    for (const id of ["there", "not", "there", "not"]) await get(id);
    assertEquals(reads, ["there", "not", "not"]);
  }));

Deno.test("after ten minutes a value is read again: a version before may have changed it without a mark", () =>
  withKv(async (kv) => {
    const names = new Remembered<string>(10, () => 1);
    let value = "old";
    const get = () =>
      names.get(kv, "a", [["mark"]], () => Promise.resolve(value));
    assertEquals(await get(), "old");
    value = "new";
    const { now } = Date;
    try {
      Date.now = () => now() + 9 * 60_000;
      assertEquals(await get(), "old");
      // That it was asked for meanwhile makes it no younger.
      Date.now = () => now() + 11 * 60_000;
      assertEquals(await get(), "new");
    } finally {
      Date.now = now;
    }
  }));

Deno.test("work that is as of one moment reads the marks once", () =>
  withKv(async (plain) => {
    let asked = 0, reads = 0;
    const kv = withMethods(plain, {
      getMany: (getMany) => (...args) => {
        asked += 1;
        return getMany(...args);
      },
    });
    knowMoments(kv, () => 1);
    const names = new Remembered<string>(10, () => 1);
    const get = (moment?: number) =>
      asOf(
        kv,
        moment,
        () =>
          names.get(kv, "a", [["mark"]], () =>
            Promise.resolve(`read ${reads += 1}`)),
      );
    assertEquals([await get(), asked], ["read 1", 1]);
    assertEquals([await get(1), asked], ["read 1", 2]);
    assertEquals([await get(1), asked], ["read 1", 2]);
    assertEquals([await get(), asked], ["read 1", 3]);
    await plain.set(["mark"], true);
    assertEquals([await get(2), asked], ["read 2", 4]);
    assertEquals([await get(2), await get(2), asked], ["read 2", "read 2", 5]);
  }));
