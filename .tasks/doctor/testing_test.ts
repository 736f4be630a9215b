import { assertEquals } from "@std/assert";

const MODULE = import.meta.resolve("./testing.ts");

const listens = (port: number) =>
  Deno.connect({ hostname: "127.0.0.1", port }).then((connection) => {
    connection.close();
    return true;
  }, () => false);

Deno.test("a redis-server that a test started ends with it, also when that is killed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "chatsphere-redis-" });
  const starts = `
    import { redisServer } from "${MODULE}";
    const { url } = await redisServer(${JSON.stringify(folder)});
    console.log(new URL(url).port);
    await new Promise((resolve) => setTimeout(resolve, 1e9));`;
  const test = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", starts],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const said = test.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await said.read()).value);
  assertEquals(await listens(port), true);
  test.kill("SIGKILL");
  await test.status;
  await said.cancel();
  while (await listens(port)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Deno.remove(folder, { recursive: true });
});
