import { assert, assertEquals, assertMatch } from "@std/assert";
import { namedIn } from "../imports.ts";
import { join } from "../paths.ts";
import { root } from "../services.ts";
import { parseIgnore } from "./context.ts";
import { type Instruction, parseDockerfile } from "./dockerfile.ts";

const DOCKERFILES = ["Dockerfile.realtime", "transcriber/Dockerfile"];

const read = (path: string) => Deno.readTextFile(join(root, path));
const isThere = (path: string) =>
  Deno.stat(join(root, path)).then(({ isFile }) => isFile, () => false);

/** What a command of a Dockerfile runs. */
const commandOf = (one: Instruction): string => {
  if (one.name === "RUN") return one.command;
  return one.name === "CMD" ? one.argv.join(" ") : "";
};

/** The files of an image's build: where its programs begin, and what is copied from the checkout. */
function plan(dockerfile: string) {
  const all = parseDockerfile(dockerfile).flatMap(({ instructions }) =>
    instructions
  );
  const begins = all.flatMap((one) =>
    commandOf(one).match(/(?:realtime|transcriber)\/[\w./-]+\.ts/g) ?? []
  );
  const copied = all.flatMap((one) =>
    one.name === "COPY" && one.from === undefined ? one.sources : []
  );
  return { begins: [...new Set(begins)], copied };
}

/** What a service needs, and does not get into its image: each file, and who asks for it. */
async function missingIn(dockerfile: string, ignore: string) {
  const { begins, copied } = plan(dockerfile);
  const ignored = parseIgnore(ignore);
  const isCopied = (path: string) =>
    !ignored(path) &&
    copied.some((one) => path === one || path.startsWith(`${one}/`));
  const missing: string[] = [];
  const seen = new Set(begins);
  // It grows while it is gone through.
  for (const file of seen) {
    if (!isCopied(file)) missing.push(file);
    if (!/\.(ts|tsx)$/.test(file)) continue;
    for (const { path, kind } of namedIn(file, await read(file))) {
      if (kind === "types" || seen.has(path)) continue;
      // In a comment, say.
      if (kind === "later" && !await isThere(path)) continue;
      seen.add(path);
      if (!isCopied(path)) missing.push(`${path}, for ${file}`);
    }
  }
  return { missing: [...new Set(missing)], files: [...seen], begins };
}

for (const path of DOCKERFILES) {
  Deno.test(`${path} names its base images by digest`, async () => {
    for (const { base } of parseDockerfile(await read(path))) {
      assertMatch(base, /^[a-z/]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
    }
  });

  Deno.test(`${path} copies every file its service imports`, async () => {
    const found = await missingIn(
      await read(path),
      await read(".dockerignore"),
    );
    assertEquals(found.missing, []);
    // That there is something to look at.
    assert(found.files.length > 40);
  });
}

Deno.test("threads of realtime are built beside its program", async () => {
  const { files, begins } = await missingIn(
    await read("Dockerfile.realtime"),
    await read(".dockerignore"),
  );
  const threads: string[] = [];
  for (const file of files.filter((one) => one.endsWith(".ts"))) {
    const text = await read(file);
    if (!/new Thread\(/.test(text)) continue;
    for (const { path, kind } of namedIn(file, text)) {
      if (kind === "later") threads.push(path);
    }
  }
  assertEquals(threads.length, 2);
  assertEquals(threads.filter((one) => !begins.includes(one)), []);
});

Deno.test("a folder that is not copied is missed", async () => {
  const ignore = await read(".dockerignore");
  const transcriber = await read("transcriber/Dockerfile");
  const without = transcriber.replace(
    "COPY realtime/common ./realtime/common",
    "",
  );
  const { missing } = await missingIn(without, ignore);
  assert(missing.some((one) => one.startsWith("realtime/common/")));
  const realtime = await read("Dockerfile.realtime");
  const scripts = await missingIn(
    realtime,
    `${ignore}\nrealtime/log/redis/lua`,
  );
  assert(scripts.missing.some((one) => one.includes(".lua")));
});
