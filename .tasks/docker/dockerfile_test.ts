import { assertEquals, assertThrows } from "@std/assert";
import { parseIgnore } from "./context.ts";
import { parseDockerfile } from "./dockerfile.ts";

Deno.test("a Dockerfile is its stages and their instructions", () => {
  const [first, second] = parseDockerfile(`# comment
FROM oven/bun:1.4.5 AS build
COPY a.json \\
  b.json ./
RUN make all

FROM scratch
COPY --from=build --chown=bun:bun /app ./
ENV A=1 B="two words"
HEALTHCHECK --interval=10s CMD wget -q http://x || exit 1
CMD ["bun", "main.js"]
`);
  assertEquals([first.base, first.name], ["oven/bun:1.4.5", "build"]);
  assertEquals(first.instructions, [
    {
      name: "COPY",
      from: undefined,
      chown: undefined,
      sources: ["a.json", "b.json"],
      to: "./",
    },
    { name: "RUN", command: "make all" },
  ]);
  assertEquals(second.instructions.slice(1), [
    { name: "ENV", values: { A: "1", B: "two words" } },
    { name: "HEALTHCHECK", command: "wget -q http://x || exit 1" },
    { name: "CMD", argv: ["bun", "main.js"], isShell: false },
  ]);
});

Deno.test("a command in words runs in a shell, which is told", () => {
  const [{ instructions }] = parseDockerfile("FROM a\nCMD bun main.js");
  assertEquals(instructions, [{
    name: "CMD",
    argv: ["/bin/sh", "-c", "bun main.js"],
    isShell: true,
  }]);
});

Deno.test("what the replay does not know is not passed over", () => {
  assertThrows(
    () => parseDockerfile("FROM a\nONBUILD RUN x"),
    Error,
    "ONBUILD",
  );
  assertThrows(
    () => parseDockerfile("FROM a\nCOPY --link x ."),
    Error,
    "--link",
  );
});

Deno.test("ignored files stay out of the context, wherever they are", () => {
  const ignored = parseIgnore(".git\n# words\n**/node_modules\n**/*_test.ts");
  assertEquals(
    [".git/HEAD", "web/node_modules/a", "web/main.ts", ".gitignore"]
      .map(ignored),
    [true, true, false, false],
  );
  assertEquals(
    ["web/main_test.ts", "main_test.ts", "web/test.ts"].map(ignored),
    [true, true, false],
  );
});
