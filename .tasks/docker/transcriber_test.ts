import { assertEquals } from "@std/assert";
import { join } from "../paths.ts";
import { root } from "../services.ts";
import { startContainer } from "./container.ts";
import { parseDockerfile } from "./dockerfile.ts";
import { replay } from "./image.ts";

Deno.test({
  name:
    "transcriber/Dockerfile builds, serves as its own user on a read-only root, and stops when told to",
  // Mounting takes root, as a container engine does.
  ignore: Deno.uid() !== 0 || Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "image-" });
    const text = await Deno.readTextFile(join(root, "transcriber/Dockerfile"));
    const stages = parseDockerfile(text);
    for (const stage of stages) {
      // The replay's system is this machine's own, where nothing can be installed.
      stage.instructions = stage.instructions.filter((each) =>
        each.name !== "RUN" || !each.command.startsWith("apt-get")
      );
    }
    const image = await replay(stages, folder);
    assertEquals(image.isShell, false, "a shell would keep SIGTERM from Deno");
    assertEquals(image.user, "deno");
    assertEquals(image.ports, ["8090"]);
    const container = await startContainer(image, "TRANSCRIBER_PORT");
    try {
      assertEquals(await container.health(), 0);
      assertEquals(await container.uid(), 1993);
      const { signal, code } = await container.stop();
      assertEquals([signal, code], [null, 0], container.output());
    } finally {
      await container.kill();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
