import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "../paths.ts";
import { rightEnv } from "./testing.ts";

const main = fromFileUrl(new URL("main.ts", import.meta.url));

async function doctor(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", main, ...args],
    env,
  }).output();
  const text = new TextDecoder();
  return { code, said: text.decode(stdout), errors: text.decode(stderr) };
}

Deno.test("one mistake in a file of variables ends the task with code 1", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/production.env`;
  await Deno.writeTextFile(file, 'SIGNING_KEY="not-a-key-but-secret"\n');
  const right = rightEnv(folder) as Record<string, string>;
  const { code, said } = await doctor([`--env-file=${file}`], right);
  assertStringIncludes(said, "WRONG SIGNING_KEY must be a private Ed25519 key");
  assertStringIncludes(said, "1 thing is wrong.");
  assertEquals(said.includes("not-a-key-but-secret"), false);
  assertEquals(code, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what the doctor does not understand, it does not pass over", async () => {
  const typo = await doctor(["--envfile=production.env"]);
  assertStringIncludes(typo.errors, "'--envfile'");
  assertStringIncludes(typo.errors, "deno task doctor [--env-file=FILE]");
  const absent = await doctor(["--env-file=/nowhere/production.env"]);
  assertStringIncludes(absent.errors, "/nowhere/production.env cannot be read");
  for (const { code, said, errors } of [typo, absent]) {
    assertEquals([code, said], [2, ""]);
    assertEquals(errors.trim().split("\n").length, 1, "no stack trace");
  }
});
