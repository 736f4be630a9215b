import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePorts } from "../../.tasks/free-ports.ts";
import { join } from "../../.tasks/paths.ts";
import { run, whenReady } from "../../.tasks/processes.ts";
import { root, services } from "../../.tasks/services.ts";
import { startAws } from "../faces/standins/aws.ts";

/** What web loads when it is first used; each must be in the binary, as nothing is beside it. */
const PACKAGES = [
  "@aws-sdk/client-rekognition",
  "@aws-sdk/client-s3",
  "nodemailer",
  "hash-wasm",
  "jose",
  "preact",
];

async function compile() {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", ".tasks/compile.ts"],
    cwd: root,
    // The part it is put on cannot be fetched everywhere; this Deno is as good to be put on,
    // but does not start what it carries.
    env: { DENORT_BIN: Deno.execPath() },
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

let made: Promise<void> | undefined;
const compileOnce = () => made ??= compile();

/** The version of a package in deno.lock that the whole workspace has. */
async function locked(name: string): Promise<string> {
  const { npm } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.lock")),
  );
  const versions = Object.keys(npm)
    .filter((key) => key.startsWith(`${name}@`))
    .map((key) => key.slice(name.length + 1).split("_")[0]);
  assertEquals(new Set(versions).size, 1, name);
  return versions[0];
}

Deno.test("web becomes one binary, with its pages, its files and the packages of deno.lock", async () => {
  await compileOnce();
  const path = join(root, "web/_fresh/chatsphere-web");
  const carried = new TextDecoder("latin1").decode(await Deno.readFile(path))
    .slice((await Deno.stat(Deno.execPath())).size);
  assert(carried.includes("ChatSphere"));
  for (const file of ["styles.css", "manifest.webmanifest", "compiled.js"]) {
    assert(carried.includes(file), file);
  }
  for (const name of PACKAGES) {
    const version = await locked(name);
    const manifest = new RegExp(
      `"name":\\s*"${name}",[^{}]*"version":\\s*"${version}"`,
    );
    assert(manifest.test(carried), `${name} ${version}`);
  }
  await Deno.remove(path);
});

Deno.test("what the binary starts serves pages and files, and stops when told to", async () => {
  await compileOnce();
  const aws = startAws();
  const dataDir = await Deno.makeTempDir({ prefix: "chatsphere-binary-" });
  const [port] = freePorts(1);
  const [web] = services({ PORT: `${port}`, DATA_DIR: dataDir });
  const args = [
    ...["run", "--no-prompt", "--no-check", "--allow-net", "--allow-env"],
    ...["--allow-sys", "--allow-read", "--allow-write"],
    join(root, "web/_fresh/compiled.js"),
  ];
  // Whoever starts the binary need not know of this.
  const { DENO_SERVE_AUTOMATIC_COMPRESSION: _, ...env } = web.env;
  const child = run({ ...web, args, env }, () => {}, aws.env);
  try {
    await whenReady([child]);
    const answer = await fetch(`http://localhost:${port}/login`);
    assertMatch(answer.headers.get("vary") ?? "", /accept-encoding/i);
    const page = await answer.text();
    const css = /\/styles\.css[^"]*/.exec(page)?.[0];
    const file = await fetch(`http://localhost:${port}${css}`);
    assertMatch(file.headers.get("content-type") ?? "", /^text\/css/);
    await file.body?.cancel();
    await child.stop();
    assertEquals((await child.status).code, 0);
  } finally {
    await child.stop();
    await aws.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});
