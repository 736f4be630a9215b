import { assert, assertEquals } from "@std/assert";
import { compactKv } from "./compact-kv.ts";

/** Whether a text stands in any file of a folder. */
async function isIn(folder: string, text: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(folder)) {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    if (new TextDecoder("latin1").decode(bytes).includes(text)) return true;
  }
  return false;
}

Deno.test("what was deleted from KV is in no file afterwards, while KV is used", async () => {
  const folder = await Deno.makeTempDir();
  const kvPath = `${folder}/kv.sqlite3`;
  const kv = await Deno.openKv(kvPath);
  const secret = "a secret that was planted";
  for (let i = 0; i < 200; i++) {
    await kv.set(["kept", i], { i, text: "x".repeat(i * 7) });
    await kv.set(["gone", `${secret} ${i}`], secret.repeat(1 + i % 9), {
      expireIn: 3_600_000,
    });
  }
  const before = await Array.fromAsync(kv.list({ prefix: ["kept"] }));
  for await (const { key } of kv.list({ prefix: ["gone"] })) {
    await kv.delete(key);
  }
  assert(await isIn(folder, secret));
  let isDone = false;
  let written = 0;
  const busy = (async () => {
    while (!isDone) {
      try {
        await kv.set(["busy"], ++written);
      } catch (error) {
        // As takingTurns does it: see kv.ts.
        if (!String(error).includes("locked")) throw error;
      }
    }
  })();
  for (let i = 0; i < 5; i++) {
    compactKv({ kvPath });
    await new Promise((done) => setTimeout(done, 20));
  }
  isDone = true;
  await busy;
  compactKv({ kvPath });
  assertEquals(await isIn(folder, secret), false);
  // Versions, too: whoever read an entry before may still change it.
  assertEquals(
    await Array.fromAsync(kv.list({ prefix: ["kept"] })),
    before,
  );
  kv.close();
  await Deno.remove(folder, { recursive: true });
});
