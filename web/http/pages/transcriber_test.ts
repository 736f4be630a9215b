import { assertEquals } from "@std/assert";
import { type TranscriberState, transcriberState } from "./transcriber.ts";

/** What a page is told when the transcriber answers so; null: nothing listens there. */
async function stateWith(answer: unknown): Promise<TranscriberState> {
  const onListen = () => {};
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen },
    () => Response.json(answer, { status: 503 }),
  );
  const transcriberUrl = `http://127.0.0.1:${server.addr.port}`;
  if (answer === null) await server.shutdown();
  const state = await transcriberState({ transcriberUrl });
  assertEquals(await transcriberState({ transcriberUrl }), state);
  if (answer !== null) await server.shutdown();
  return state;
}

Deno.test("a transcriber without a recogniser is told from one that does not answer", async () => {
  const recognizer = { name: "pocketsphinx", state: "ready" };
  assertEquals(await stateWith({ ready: true, recognizer }), "ready");
  const off = { ...recognizer, state: "off", reason: "not installed" };
  assertEquals(await stateWith({ ready: false, recognizer: off }), "off");
  assertEquals(await stateWith({ hello: "world" }), "silent");
  assertEquals(await stateWith(null), "silent");
});

Deno.test("after a while a page asks again, and waits for one that was silent", async () => {
  const now = Date.now;
  let answers = 0;
  const recognizer = { state: "ready" };
  const listen = (port: number) =>
    Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, () => {
      answers += 1;
      return Response.json({ recognizer });
    });
  const first = listen(0);
  const { port } = first.addr;
  await first.shutdown();
  const config = { transcriberUrl: `http://127.0.0.1:${port}` };
  assertEquals(await transcriberState(config), "silent");
  const second = listen(port);
  try {
    assertEquals([await transcriberState(config), answers], ["silent", 0]);
    Date.now = () => now() + 16_000;
    assertEquals([await transcriberState(config), answers], ["ready", 1]);
  } finally {
    Date.now = now;
    await second.shutdown();
  }
});
