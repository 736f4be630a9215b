import { assert, assertEquals } from "@std/assert";
import { findAccountByEmail } from "./accounts/accounts.ts";
import { checkFace } from "./accounts/faces.ts";
import { register } from "./accounts/register.ts";
import { codeOf } from "./accounts/testing.ts";
import { readConfig } from "./config.ts";
import { selfieOf } from "./faces/test-photos.ts";
import { createServices } from "./open-services.ts";
import type { Services } from "./services.ts";

/** The real embedded engines, in a folder of their own. */
async function withServices(
  test: (s: Services, dataDir: string) => Promise<void>,
) {
  const dataDir = await Deno.makeTempDir({ prefix: "chatsphere-services-" });
  const s = await createServices(readConfig({ DATA_DIR: `${dataDir}/data` }));
  try {
    await test(s, `${dataDir}/data`);
  } finally {
    await s.faces.close();
    s.kv.close();
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesIn(path));
    else files.push(path);
  }
  return files;
}

Deno.test("the embedded engines enrol a real face, know it again and refuse another", async () => {
  await withServices(async (s, dataDir) => {
    const ada = await register(s, {
      name: "Ada",
      email: "ada@example.com",
      password: "correct horse battery",
      consent: true,
      selfies: [await selfieOf("ada")],
    });
    assertEquals(await findAccountByEmail(s, "ada@example.com"), ada);
    await checkFace(s, ada.id, await selfieOf("ada", "second"), "::1");
    const other = checkFace(s, ada.id, await selfieOf("grace"), "::1");
    assertEquals(await codeOf(other), "face-mismatch");
    const pictures = await filesIn(`${dataDir}/blobs`);
    assertEquals(pictures.length, 1);
  });
});

Deno.test("only the owner of the process can look into its data", async () => {
  await withServices(async (_, dataDir) => {
    if (Deno.build.os === "windows") return;
    const { mode } = await Deno.stat(`${dataDir}/web`);
    assert(mode !== null && (mode & 0o077) === 0);
  });
});

Deno.test("nobody else on this machine may read the store, nor one an earlier version made", async () => {
  const dataDir = await Deno.makeTempDir();
  await Deno.mkdir(`${dataDir}/web`);
  const old = await Deno.openKv(`${dataDir}/web/kv.sqlite3`);
  await old.set(["a"], 1);
  old.close();
  await Deno.chmod(`${dataDir}/web/kv.sqlite3`, 0o644);
  const s = await createServices(readConfig({ DATA_DIR: dataDir }));
  await s.kv.set(["b"], 1);
  assertEquals((await s.kv.get(["a"])).value, 1);
  for await (const { name } of Deno.readDir(`${dataDir}/web`)) {
    const { mode } = await Deno.stat(`${dataDir}/web/${name}`);
    assertEquals([name, (mode ?? 0) & 0o777], [name, 0o600]);
  }
  s.kv.close();
  await s.faces.close();
  await Deno.remove(dataDir, { recursive: true });
});
