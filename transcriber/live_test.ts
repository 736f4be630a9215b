import { assert, assertEquals, assertRejects } from "@std/assert";
import { PocketSphinx } from "./recognizers/pocketsphinx.ts";
import { type LiveClient, openLive } from "./testing/live-client.ts";
import { OneWord, realSpeech, Stuck } from "./testing/recognizers.ts";
import { KEY, type Running, startService } from "./testing/service.ts";
import { joinPcm, pcmOf, speak } from "./testing/speech.ts";

const { ignore, why } = realSpeech();
const second = () => new Int16Array(16_000).buffer;
const hello = JSON.stringify({ token: KEY });
const end = JSON.stringify({ type: "end" });

/** How a conversation ended: the close code, and the code of the error before it. */
async function ending(client: LiveClient): Promise<string> {
  const code = await client.closed;
  const last = client.frames.at(-1);
  return last?.type === "error" ? `${code} ${last.code}` : `${code}`;
}

async function conversation(
  service: Running,
  frames: (string | ArrayBuffer)[],
): Promise<string> {
  const client = await openLive(service.url);
  for (const frame of frames) client.send(frame);
  return await ending(client);
}

Deno.test({
  name: `words appear while they are spoken, and settle at pauses${why}`,
  ignore,
  fn: async () => {
    await using service = await startService({
      recognizer: new PocketSphinx(),
    });
    const client = await openLive(service.url, { origin: service.web.url });
    client.send(JSON.stringify({
      token: await service.web.token(),
      language: "en-US",
    }));
    const pcm = joinPcm(
      pcmOf(await speak("hello how are you doing today")),
      1,
      pcmOf(await speak("please send me the report before noon")),
    );
    for (let at = 0; at < pcm.length; at += 1_600) {
      client.send(pcm.slice(at, at + 1_600).buffer);
    }
    client.send(end);
    assertEquals(await ending(client), "1000");
    const finals = client.frames.filter((frame) => frame.type === "final");
    assertEquals(finals.map(({ text }) => text), [
      "Hello how are you doing today",
      "please send me the report before noon",
    ]);
    assertEquals(
      finals[0].words.map(({ word }) => word).join(" "),
      "hello how are you doing today",
    );
    assertEquals(client.frames[0].type, "partial");
    assert(client.frames.length > 6, "several partials");
  },
});

Deno.test("who is in a hundred rooms, and has a long name, may dictate as well", async () => {
  // Their token, which names every room, was longer than the first frame might be.
  await using service = await startService();
  const rooms = Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [
      `${n}`.padStart(22, "r"),
      "member",
    ]),
  );
  const claims = {
    sub: crypto.randomUUID(),
    name: "\u{1f600}".repeat(80),
    jti: crypto.randomUUID(),
    sid: "0".repeat(32),
    rooms,
  };
  const token = await service.web.token(claims);
  assert(token.length > 5_000, `${token.length}`);
  const hello = JSON.stringify({ token });
  assertEquals(await conversation(service, [hello, end]), "1000");
});

Deno.test("a conversation that goes wrong ends with an error and a code that says whether to retry", async () => {
  await using service = await startService();
  const expired = await service.web.token({}, { expiresIn: -60 });
  const cases: [string, (string | ArrayBuffer)[], string][] = [
    ["audio first", [second()], "4400 bad-frame"],
    ["broken JSON", ["{"], "4400 bad-frame"],
    ["no token", ["{}"], "4400 bad-frame"],
    [
      "a wrong key",
      [JSON.stringify({ token: "sesame" })],
      "4401 token-invalid",
    ],
    ["expired", [JSON.stringify({ token: expired })], "4401 token-expired"],
    [
      "another language",
      [JSON.stringify({ token: KEY, language: "de-DE" })],
      "4422 language-unsupported",
    ],
    ["half a sample", [hello, new ArrayBuffer(3)], "4400 bad-frame"],
    ["an unknown frame", [hello, "{}"], "4400 bad-frame"],
    ["all right", [hello, second(), end], "1000"],
    ["only the end", [hello, end], "1000"],
  ];
  for (const [title, frames, expected] of cases) {
    assertEquals(await conversation(service, frames), expected, title);
  }
});

Deno.test("a stream has at most five minutes, and what was said is settled", async () => {
  await using service = await startService();
  const client = await openLive(service.url);
  client.send(hello);
  const half = new Int16Array(16_000 * 15).buffer;
  for (let i = 0; i < 21; i++) {
    client.send(half);
    // As a microphone does: the next piece when the one before has been heard.
    while (client.frames.length < i + 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  assertEquals(await ending(client), "4413 audio-too-long");
  assertEquals(client.frames.at(-2)?.type, "final");
});

Deno.test("who says nothing loses the decoder, with the words so far", async () => {
  await using service = await startService({}, { hello: 500, idle: 500 });
  assertEquals(await conversation(service, []), "4401 token-missing");
  const client = await openLive(service.url);
  client.send(hello);
  client.send(second());
  assertEquals(await ending(client), "4002 idle");
  assertEquals(client.frames.map(({ type }) => type), [
    "partial",
    "final",
    "error",
  ]);
});

Deno.test("one person dictates once at a time", async () => {
  const recognizer = new Stuck();
  await using service = await startService({ recognizer });
  const mine = JSON.stringify({ token: await service.web.token() });
  const first = await openLive(service.url);
  first.send(mine);
  first.send(second());
  await recognizer.started.promise;
  assertEquals(
    await conversation(service, [mine]),
    "4429 already-dictating",
  );
  first.close();
  await recognizer.abandoned.promise; // and the engine stops when she leaves
});

Deno.test("whoever sent more than can wait, and leaves, lets go of the engine", async () => {
  const recognizer = new Stuck();
  await using service = await startService({ recognizer });
  const client = await openLive(service.url);
  client.send(hello);
  client.send(second());
  // Not before: what comes while the token is checked waits as well.
  await recognizer.started.promise;
  for (let i = 0; i < 33; i++) client.send(second());
  client.close();
  await recognizer.abandoned.promise;
  assertEquals(await client.closed, 1005);
});

Deno.test("without a recogniser the socket says so, and not to retry", async () => {
  const recognizer = new OneWord({ state: "off", reason: "not installed" });
  await using service = await startService({ recognizer });
  assertEquals(await conversation(service, [hello]), "4410 recognizer-off");
});

Deno.test("a restart is told to those who speak, after their words so far", async () => {
  await using service = await startService();
  const client = await openLive(service.url);
  client.send(hello);
  client.send(second());
  while (client.frames.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const drained = service.drain();
  assertEquals(await ending(client), "4000 restart");
  assertEquals(client.frames.at(-2)?.type, "final");
  await drained;
});

Deno.test("pages of other origins are refused before anything is said", async () => {
  await using service = await startService();
  await assertRejects(
    () => openLive(service.url, { origin: "https://evil.example" }),
    Error,
  );
  const plain = await fetch(`${service.url}/transcribe/live`);
  assertEquals(plain.status, 426);
  assertEquals((await plain.json()).error.code, "websocket-only");
});
