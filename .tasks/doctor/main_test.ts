import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "../paths.ts";
import { rightEnv } from "./testing.ts";

const main = fromFileUrl(new URL("main.ts", import.meta.url));

Deno.test("one mistake in a file of variables ends the task with code 1", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/production.env`;
  await Deno.writeTextFile(file, 'SIGNING_KEY="not-a-key-but-secret"\n');
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", main, `--env-file=${file}`],
    env: rightEnv(folder) as Record<string, string>,
  }).output();
  const said = new TextDecoder().decode(stdout);
  assertStringIncludes(said, "WRONG SIGNING_KEY must be a private Ed25519 key");
  assertStringIncludes(said, "1 thing is wrong.");
  assertEquals(said.includes("not-a-key-but-secret"), false);
  assertEquals(code, 1);
  await Deno.remove(folder, { recursive: true });
});
