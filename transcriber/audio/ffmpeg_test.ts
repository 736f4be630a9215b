import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { decodeWithFfmpeg } from "./ffmpeg.ts";

// Small programs in ffmpeg's place: they show how ours treats it, whether or not the machine has it.
async function withProgram(
  script: string,
  use: (command: string) => Promise<void>,
): Promise<void> {
  const command = await Deno.makeTempFile({ prefix: "ffmpeg-", suffix: ".sh" });
  await Deno.writeTextFile(command, `#!/bin/sh\n${script}\n`);
  await Deno.chmod(command, 0o700);
  try {
    await use(command);
  } finally {
    await Deno.remove(command);
  }
}

const bytes = new TextEncoder().encode("a file");
const never = new AbortController().signal;

async function code(command: string, signal = never): Promise<string> {
  const error = await assertRejects(
    () => decodeWithFfmpeg(bytes, "mp4", { command, maxSeconds: 2, signal }),
    ApiError,
  );
  return `${error.status} ${error.code}`;
}

Deno.test("ffmpeg's samples come back, and it is told the one format it may read", () =>
  withProgram(
    `case "$*" in *"-f mov -i pipe:0"*) cat >/dev/null; head -c 22 /dev/zero; printf '\\001'; head -c 21 /dev/zero; printf '\\000\\100\\000\\300';; *) exit 9;; esac`,
    async (command) => {
      const samples = await decodeWithFfmpeg(bytes, "mp4", {
        command,
        maxSeconds: 2,
        signal: never,
      });
      assertEquals([...samples.join()], [16_384, -16_383]);
    },
  ));

Deno.test("a file ffmpeg cannot read is broken", () =>
  withProgram("exit 1", async (command) => {
    assertEquals(await code(command), "422 audio-broken");
  }));

Deno.test("an ffmpeg that does not stop is stopped at the limit", () =>
  withProgram(
    "cat >/dev/null; head -c 22 /dev/zero; printf '\\001'; exec cat /dev/zero",
    async (command) => {
      assertEquals(await code(command), "413 audio-too-long");
    },
  ));

Deno.test("ffmpeg is stopped when nobody waits for it", () =>
  withProgram("exec sleep 600", async (command) => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 20);
    await assertRejects(
      () =>
        decodeWithFfmpeg(bytes, "mp4", {
          command,
          maxSeconds: 2,
          signal: gone.signal,
        }),
      DOMException,
    );
  }));

Deno.test("without ffmpeg its formats are refused", async () => {
  assertEquals(await code("/nonexistent/ffmpeg"), "415 audio-format");
});
