import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readConfig } from "../config.ts";
import { takingTurns } from "../kv.ts";
import { createServices } from "../open-services.ts";
import { DataKeyMissing, DataKeys, isSealed, newDataKey } from "./data-keys.ts";
import { addKey, dataKeyFile, forgetOldKeys, keysOfFile } from "./key-file.ts";
import { reseal } from "./reseal.ts";
import { sealedKv } from "./sealed-kv.ts";

const SECRET = "the-link-that-lets-people-in";
const PLACE = ["mails_waiting", "one"];

async function withFolder(test: (dir: string) => Promise<void>) {
  const dir = await Deno.makeTempDir({ prefix: "chatsphere-sealing-" });
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Whether a text stands anywhere in the files of a folder. */
async function stands(dir: string, text: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(dir)) {
    const bytes = await Deno.readFile(`${dir}/${name}`);
    if (new TextDecoder("latin1").decode(bytes).includes(text)) return true;
  }
  return false;
}

Deno.test("what is sealed reads as it was written, in every way KV is read", async () => {
  using store = await Deno.openKv(":memory:");
  const kv = sealedKv(takingTurns(store), new DataKeys([newDataKey()]));
  const value = { link: SECRET, at: 1, bytes: new Uint8Array([1, 2]) };
  await kv.set(PLACE, value);
  const commit = kv.atomic().check({ key: ["x"], versionstamp: null })
    .set(["mails_waiting", "two"], value, { expireIn: 60_000 })
    .set(["plain"], value);
  assert((await commit.commit()).ok);
  assertEquals((await kv.get(PLACE)).value, value);
  const many = await kv.getMany([PLACE, ["plain"], ["mails_waiting", "no"]]);
  assertEquals(many.map((entry) => entry.value), [value, value, null]);
  const listed = await Array.fromAsync(kv.list({ prefix: ["mails_waiting"] }));
  assertEquals(listed.map((entry) => entry.value), [value, value]);
  const entry = await kv.get(PLACE);
  assert((await kv.atomic().check(entry).delete(PLACE).commit()).ok);

  const raw = await store.get(["mails_waiting", "two"]);
  assert(isSealed(raw.value) && raw.value.expiresAt! > Date.now());
  assert(!new TextDecoder("latin1").decode(raw.value.bytes).includes(SECRET));
  assertEquals((await store.get(["plain"])).value, value);
});

Deno.test("a sealed value opens nowhere else, not when changed, and not without its key", () => {
  const keys = new DataKeys([newDataKey()]);
  const sealed = keys.seal(PLACE, SECRET);
  assertEquals(keys.open(PLACE, sealed), SECRET);
  assertThrows(() => keys.open(["mails_waiting", "two"], sealed));
  for (const at of [0, 15, sealed.bytes.length - 1]) {
    const bytes = sealed.bytes.slice();
    bytes[at] ^= 1;
    assertThrows(() => keys.open(PLACE, { ...sealed, bytes }));
  }
  const others = new DataKeys([newDataKey()]);
  assertThrows(() => others.open(PLACE, sealed), DataKeyMissing);
});

Deno.test("what an earlier version left in the clear is sealed at the start, and overwritten", () =>
  withFolder(async (dir) => {
    const kvPath = `${dir}/kv.sqlite3`;
    const before = await Deno.openKv(kvPath);
    await before.set(["mails_waiting", "m"], {
      occasion: SECRET,
      until: Date.now() + 60_000,
    });
    await before.set(["face_keys", "ada"], new Uint8Array(32).fill(65));
    before.close();
    assert(await stands(dir, SECRET));
    const config = readConfig({ DATA_DIR: dir, DENO_KV_PATH: kvPath });
    const s = await createServices(config);
    assertEquals(
      (await s.kv.get(["face_keys", "ada"])).value,
      new Uint8Array(32).fill(65),
    );
    s.kv.close();
    await s.faces.close();
    assert(!await stands(dir, SECRET));
    assert(!await stands(dir, "A".repeat(32)));
    const { mode } = await Deno.stat(dataKeyFile(kvPath));
    assertEquals(mode! & 0o777, 0o600);
    const again = await Deno.openKv(kvPath);
    const { current } = keysOfFile(dataKeyFile(kvPath));
    const done = await again.get<string>(["sealed_with"]);
    assertEquals(done.value?.split(" ")[0], current);
    const { value } = await again.get(["mails_waiting", "m"]);
    assert(isSealed(value) && value.expiresAt! > Date.now());
    again.close();
  }));

Deno.test("keys change while web runs, and old ones can be forgotten", () =>
  withFolder(async (dir) => {
    const file = `${dir}/data.key`;
    using store = await Deno.openKv(":memory:");
    const config = { kvPath: ":memory:" };
    const running = sealedKv(store, keysOfFile(file));
    await running.set(PLACE, SECRET, { expireIn: 60_000 });
    addKey(file);
    assertEquals(await reseal(store, keysOfFile(file), config), 1);
    assertEquals(await reseal(store, keysOfFile(file), config), 0);
    // What it seals from now on is sealed with the new key, though nothing made it read that one.
    const next = ["mails_waiting", "next"];
    await running.set(next, SECRET);
    // A key that came while it runs is read when it is needed.
    assertEquals((await running.get(PLACE)).value, SECRET);
    assertEquals(forgetOldKeys(file), 1);
    const later = sealedKv(store, keysOfFile(file));
    assertEquals((await later.get(PLACE)).value, SECRET);
    assertEquals((await later.get(next)).value, SECRET);
    await Deno.remove(file);
    const lost = sealedKv(store, keysOfFile(file));
    await assertRejects(() => lost.get(PLACE), DataKeyMissing);
  }));

Deno.test("processes that start together agree on one key, and a broken file stops the start", () =>
  withFolder(async (dir) => {
    const file = `${dir}/data.key`;
    const names = new Set(
      Array.from({ length: 5 }, () => keysOfFile(file).current),
    );
    assertEquals(names.size, 1);
    await Deno.writeTextFile(file, "not a key\n");
    assertThrows(() => keysOfFile(file), Error, "must have a key on each line");
  }));

Deno.test("DATA_KEY takes keys as openssl prints them, the newest first", () => {
  const [one, two] = [newDataKey(), newDataKey()];
  const standard = Buffer.from(two, "base64url").toString("base64");
  const { dataKeys } = readConfig({ DATA_KEY: `${one}, ${standard}` });
  const sealed = new DataKeys([two]).seal(PLACE, SECRET);
  assertEquals(new DataKeys(dataKeys!).open(PLACE, sealed), SECRET);
  for (const wrong of ["x", `${one},`, one.slice(1)]) {
    assertThrows(
      () => readConfig({ DATA_KEY: wrong }),
      Error,
      "32 random bytes",
    );
  }
});
