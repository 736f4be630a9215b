import { assertEquals } from "@std/assert";
import { openKvFile } from "./kv.ts";
import { rememberingKv } from "./kv-memory.ts";
import { asOf, knowMoments, momentOf, momentsOf } from "./kv-moment.ts";

/** A KV that is remembered, one beside it on the same file, and how many keys were read of it. */
async function stage(most?: number) {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.sqlite3`;
  const beside = await openKvFile(path);
  const plain = await openKvFile(path);
  const read: Deno.KvKey[] = [];
  const counted = new Proxy(plain, {
    get: (kv, name) => (...args: unknown[]) => {
      if (name === "get") read.push(args[0] as Deno.KvKey);
      if (name === "getMany") read.push(...args[0] as Deno.KvKey[]);
      return Reflect.get(kv, name).apply(kv, args);
    },
  });
  const now = momentsOf(path);
  const moment = {
    times: 0,
    ask() {
      moment.times += 1;
      return now();
    },
  };
  const kv = rememberingKv(counted, moment.ask, most);
  return {
    ...{ kv, beside, read, path, moment },
    async [Symbol.asyncDispose]() {
      beside.close();
      plain.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const ROOM = ["rooms", "tea"];
const JAM = ["rooms", "jam"];

Deno.test("what was read is not read again until something is written", async () => {
  await using it = await stage();
  const { kv, beside, read } = it;
  await beside.set(ROOM, { name: "Tea" });
  const first = await kv.get(ROOM);
  assertEquals(await kv.get(ROOM), first);
  const [again] = await kv.getMany([ROOM]);
  assertEquals(again, first);
  assertEquals(read.length, 1);
  for (const writer of [beside, kv]) {
    const { versionstamp } = await writer.atomic().set(ROOM, { name: "Coffee" })
      .commit() as Deno.KvCommitResult;
    const now = await kv.get<{ name: string }>(ROOM);
    assertEquals(now.value, { name: "Coffee" });
    assertEquals(now.versionstamp, versionstamp);
  }
  await beside.delete(ROOM);
  assertEquals((await kv.get(ROOM)).versionstamp, null);
  assertEquals((await kv.getMany([ROOM]))[0].value, null);
});

Deno.test("what another process wrote is read at once", async () => {
  await using it = await stage();
  const { kv, path } = it;
  assertEquals((await kv.get(ROOM)).value, null);
  const script =
    `const kv = await Deno.openKv(Deno.args[0]); await kv.set(["rooms", "tea"], 1); kv.close();`;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--unstable-kv", script, path],
  }).output();
  assertEquals(success, true);
  assertEquals((await kv.get(ROOM)).value, 1);
});

Deno.test("what somebody does with a value changes it for nobody else", async () => {
  await using it = await stage();
  const { kv } = it;
  await kv.set(ROOM, { people: ["ann"] });
  for (let i = 0; i < 3; i++) {
    const { value } = await kv.get<{ people: string[] }>(ROOM);
    assertEquals(value, { people: ["ann"] });
    value!.people.push("ben");
    const [many] = await kv.getMany<[{ people: string[] }]>([ROOM]);
    many.value!.people.push("cat");
  }
});

Deno.test("values are what was written, of whatever kind", async () => {
  await using it = await stage();
  const { kv } = it;
  const value = {
    ...{ text: "a", none: null, gone: undefined, list: [1, { deep: [true] }] },
    ...{ bytes: new Uint8Array([1, 2]), big: 7n, at: new Date(5) },
    map: new Map([["a", { b: 1 }]]),
  };
  await kv.set(ROOM, value);
  for (let i = 0; i < 3; i++) assertEquals((await kv.get(ROOM)).value, value);
});

Deno.test("several keys come in their order, those that are not remembered too", async () => {
  await using it = await stage();
  const { kv, read } = it;
  await kv.set(ROOM, 1);
  await kv.set(["mails_waiting", "a"], 2);
  await kv.get(ROOM);
  const keys = [["mails_waiting", "a"], ROOM, JAM, ["rooms", 7]];
  const found = await kv.getMany(keys);
  assertEquals(found.map(({ value }) => value), [2, 1, null, null]);
  assertEquals(found.map(({ key }) => key), keys);
  read.length = 0;
  await kv.getMany(keys);
  assertEquals(read, [["mails_waiting", "a"], ["rooms", 7]]);
});

Deno.test("keys read in one call are of one moment, whatever is written meanwhile", async () => {
  await using it = await stage();
  const { kv, beside } = it;
  const write = async (n: number) =>
    void await beside.atomic().set(ROOM, n).set(JAM, n).commit();
  await write(0);
  for (let n = 1; n <= 50; n++) {
    await kv.get(ROOM);
    const [[room, jam]] = await Promise.all([
      kv.getMany([ROOM, JAM]),
      write(n),
    ]);
    assertEquals(room.value, jam.value);
  }
});

Deno.test("no more is remembered than was said", async () => {
  await using it = await stage(2);
  const { kv, read } = it;
  for (const id of ["a", "b", "c"]) await kv.get(["rooms", id]);
  read.length = 0;
  for (const id of ["c", "b", "a"]) await kv.get(["rooms", id]);
  assertEquals(read, [["rooms", "a"]]);
});

Deno.test("work that is as of a moment does not ask again, and remembers nothing newer under it", async () => {
  await using it = await stage();
  const { kv, beside, read, moment } = it;
  knowMoments(kv, moment.ask);
  await beside.set(ROOM, { name: "Tea" });
  await kv.get(ROOM);
  const before = moment.times;
  const began = momentOf(kv);
  await asOf(kv, began, async () => {
    assertEquals((await kv.get(ROOM)).value, { name: "Tea" });
    assertEquals((await kv.getMany([ROOM]))[0].value, { name: "Tea" });
  });
  assertEquals(moment.times - before, 1);
  // What is not known yet is read as it is, and not kept for those who come later.
  await beside.set(JAM, { name: "Jam" });
  await asOf(kv, began, async () => {
    assertEquals((await kv.get(ROOM)).value, { name: "Tea" });
    assertEquals((await kv.get(JAM)).value, { name: "Jam" });
  });
  await beside.set(ROOM, { name: "Coffee" });
  assertEquals((await kv.get(ROOM)).value, { name: "Coffee" });
  // Somebody saw that it changed: it is not as of then any more.
  await asOf(kv, began, async () => {
    assertEquals((await kv.get(ROOM)).value, { name: "Coffee" });
  });
  assertEquals(read.filter(([, name]) => name === "tea").length, 2);
});
