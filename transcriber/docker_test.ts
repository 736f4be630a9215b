import { assertEquals } from "@std/assert";
import { startContainer } from "../.tasks/docker/container.ts";
import { parseDockerfile } from "../.tasks/docker/dockerfile.ts";
import { replay } from "../.tasks/docker/image.ts";

const path = new URL("./Dockerfile", import.meta.url);

Deno.test({
  name:
    "transcriber/Dockerfile builds, serves as its own user on a read-only root, and stops when told to",
  // Mounting takes root, as a container engine does.
  ignore: Deno.uid() !== 0 || Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "image-" });
    const stages = parseDockerfile(await Deno.readTextFile(path));
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
