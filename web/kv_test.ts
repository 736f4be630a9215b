import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "./errors.ts";
import { openKvFile, takingTurns } from "./kv.ts";

async function onFile(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/kv.sqlite3`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Adds one to a number in KV, `times` times, each time over the version it has read. */
const COUNT = `
const { openKvFile } = await import(${
  JSON.stringify(import.meta.resolve("./kv.ts"))
});
const [path, times] = Deno.args;
const kv = await openKvFile(path);
for (let done = 0; done < Number(times);) {
  const entry = await kv.get(["n"]);
  const { ok } = await kv.atomic().check(entry)
    .set(["n"], (entry.value ?? 0) + 1).commit();
  if (ok) done++;
}
kv.close();
`;

Deno.test("processes that write to one KV file take turns, and nothing is lost", () =>
  onFile(async (path) => {
    const processes = Array.from(
      { length: 3 },
      () =>
        new Deno.Command(Deno.execPath(), {
          args: ["eval", "--unstable-kv", COUNT, path, "50"],
          stdout: "null",
          stderr: "piped",
        }).output(),
    );
    for (const { success, stderr } of await Promise.all(processes)) {
      assert(success, new TextDecoder().decode(stderr));
    }
    using kv = await Deno.openKv(path);
    assertEquals((await kv.get(["n"])).value, 150);
  }));

Deno.test("a file that another process has locked is opened once it is free", () =>
  onFile(async (path) => {
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE it (it); BEGIN EXCLUSIVE");
    const opened = openKvFile(path);
    other.exec("ROLLBACK");
    other.close();
    using kv = await opened;
    assertEquals((await kv.set(["a"], 1)).ok, true);
  }));

Deno.test("who waits too long is told that too much happened", () =>
  onFile(async (path) => {
    const kv = takingTurns(await Deno.openKv(path));
    await kv.set(["a"], 1);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const commit = kv.atomic().set(["a"], 2).delete(["b"]);
    const error = await assertRejects(() => commit.commit(), AppError);
    assertEquals([error.code, error.status], ["busy", 503]);
    assertEquals((await kv.get(["a"])).value, 1);
    other.exec("COMMIT");
    other.close();
    assertEquals((await commit.commit()).ok, true);
    assertEquals((await kv.get(["a"])).value, 2);
    kv.close();
  }));

Deno.test("everything else is as it was", async () => {
  const raw = await Deno.openKv(":memory:");
  using kv = takingTurns(raw);
  const { versionstamp } = await kv.set(["a", 1], "one");
  const check = { key: ["a", 1], versionstamp: "0".repeat(20) };
  assertEquals(await kv.atomic().check(check).set(["a", 2], 2).commit(), {
    ok: false,
  });
  const [one, two] = await kv.getMany([["a", 1], ["a", 2]]);
  assertEquals([one.versionstamp, two.value], [versionstamp, null]);
  const listed = await Array.fromAsync(kv.list({ prefix: ["a"] }));
  assertEquals(listed.map(({ value }) => value), ["one"]);
  await assertRejects(() => kv.set(["big"], new Uint8Array(70_000)), TypeError);
  await kv.delete(["a", 1]);
  assertEquals((await raw.get(["a", 1])).value, null);
});
