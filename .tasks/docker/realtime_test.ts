import { assert, assertEquals } from "@std/assert";
import { join } from "../paths.ts";
import { root } from "../services.ts";
import { parseDockerfile } from "./dockerfile.ts";
import { replay } from "./image.ts";
import { startContainer } from "./container.ts";

Deno.test({
  name:
    "Dockerfile.realtime builds, serves as its own user, and stops when told to",
  // Mounting takes root, as a container engine does.
  ignore: Deno.uid() !== 0 || Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "image-" });
    const text = await Deno.readTextFile(join(root, "Dockerfile.realtime"));
    const image = await replay(parseDockerfile(text), folder);
    assertEquals(image.isShell, false, "a shell would keep SIGTERM from Bun");
    assertEquals(image.user, "bun");
    assertEquals(image.ports, [image.env.WS_PORT]);

    const container = await startContainer(image, "WS_PORT");
    try {
      assertEquals(await container.health(), 0);
      assertEquals(await container.uid(), 1000);
      // As on the original's instance: 512 MB.
      assert(await container.residentBytes() < 512 * 1024 * 1024);
      const { signal, code } = await container.stop();
      assertEquals([signal, code], [null, 0], container.output());
    } finally {
      await container.kill();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
