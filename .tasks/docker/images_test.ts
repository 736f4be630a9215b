import { assert, assertEquals } from "@std/assert";
import { join } from "../paths.ts";
import { root } from "../services.ts";
import { type Container, startContainer } from "./container.ts";
import { parseDockerfile } from "./dockerfile.ts";
import { type Image, replay } from "./image.ts";

/** Builds and starts an image on a free port given by a variable, and ends it afterwards. */
function imageTest(
  dockerfile: string,
  port: string,
  check: (image: Image, container: Container) => Promise<void>,
) {
  Deno.test({
    name:
      `${dockerfile} builds, serves as its own user, and stops when told to`,
    // Mounting takes root, as a container engine does.
    ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "image-" });
      const text = await Deno.readTextFile(join(root, dockerfile));
      try {
        const image = await replay(parseDockerfile(text), folder);
        assertEquals(image.isShell, false, "a shell would keep SIGTERM");
        assertEquals(await testsIn(join(image.jail.root, image.cwd)), []);
        const container = await startContainer(image, port);
        try {
          assertEquals(await container.health(), 0);
          await check(image, container);
          const { signal, code } = await container.stop();
          assertEquals([signal, code], [null, 0], container.output());
        } finally {
          await container.kill();
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Files of tests, which an image has no use for; those of packages are the packages' own. */
async function testsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (name === "node_modules") continue;
    if (/[._]test\.ts$|^testing$/.test(name)) found.push(path);
    else if (isDirectory) found.push(...await testsIn(path));
  }
  return found;
}

imageTest("Dockerfile.realtime", "WS_PORT", async (image, container) => {
  assertEquals(image.ports, [image.env.WS_PORT]);
  assertEquals(await container.uid(), 1000);
  // As on the original's instance: 512 MB, of which it leaves a part to the system.
  assert(await container.residentBytes() < 512 * 1024 * 1024);
  assert(Number(image.env.MAX_MEMORY_MB) < 450);
});

imageTest(
  "transcriber/Dockerfile",
  "TRANSCRIBER_PORT",
  async (image, container) => {
    assertEquals(image.ports, ["8090"]);
    assertEquals(await container.uid(), 1993);
    assert(image.packages.includes("pocketsphinx-en-us"));
  },
);
