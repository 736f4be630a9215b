import { assertEquals } from "@std/assert";

async function run(code: string) {
  const { code: status, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { PORT: "http" },
  }).output();
  return { status, said: new TextDecoder().decode(stderr) };
}

Deno.test("with a malformed variable, the server does not start and says why in one sentence", async () => {
  const main = import.meta.resolve("./main.ts");
  assertEquals(await run(`await import("${main}")`), {
    status: 1,
    said: "PORT must be a port number from 1 to 65535.\n",
  });
});

Deno.test("a build does not mind the variables of the machine it runs on", async () => {
  const root = JSON.stringify(new URL(".", import.meta.url).pathname);
  const { status } = await run(`
    import { Builder } from "${import.meta.resolve("fresh/dev")}";
    await new Builder({ root: ${root} }).build({ snapshot: "memory" });
    Deno.exit(0);
  `);
  assertEquals(status, 0);
});
