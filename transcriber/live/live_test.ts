import { assert, assertEquals, assertRejects } from "@std/assert";
import { PocketSphinx } from "../recognizers/pocketsphinx/pocketsphinx.ts";
import { type LiveClient, openLive } from "../testing/live-client.ts";
import { OneWord, realSpeech, Stuck } from "../testing/recognizers.ts";
import { KEY, type Running, startService } from "../testing/service.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";

const { ignore, why } = realSpeech();
const second = () => new Int16Array(16_000).buffer;
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
  token: string | null = KEY,
  headers: Record<string, string> = {},
): Promise<string> {
  const client = await openLive(service.url, token, headers);
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
    const client = await openLive(
      service.url,
      await service.web.token(),
      { origin: service.web.url, language: "en-US" },
    );
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
      "Hello how are you doing today.",
      "Please send me the report before noon.",
    ]);
    assertEquals(
      finals[0].words.map(({ word }) => word).join(" "),
      "hello how are you doing today.",
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
  assertEquals(await conversation(service, [end], token), "1000");
});

/** Opens the socket of a dictation that has an id. */
const openWithId = (service: Running, token: string, id: string) =>
  openLive(service.url, token, { id });

Deno.test("a dictation goes on in another socket at once, though nobody told that the first one broke", async () => {
  const recognizer = new Stuck();
  await using service = await startService({ recognizer }, { liveStreams: 1 });
  const token = await service.web.token();
  const first = await openWithId(service, token, "dictation-1");
  first.send(second());
  await recognizer.started.promise;
  // Twice as many as a person may have open: those that are replaced count no more.
  const others = [];
  for (let i = 0; i < 4; i++) {
    others.push(await openWithId(service, token, "dictation-1"));
  }
  assertEquals(await ending(first), "4409 replaced");
  for (const other of others.slice(0, -1)) {
    assertEquals(await ending(other), "4409 replaced");
  }
  await recognizer.abandoned.promise;
  others.at(-1)!.send(end);
  assertEquals(await ending(others.at(-1)!), "1000");
});

Deno.test("nobody ends another person's dictation by its id, and an id is short and plain", async () => {
  await using service = await startService();
  const ada = await openWithId(
    service,
    await service.web.token(),
    "dictation-1",
  );
  const bob = await service.web.token({ sub: "bob" });
  const other = await openWithId(service, bob, "dictation-1");
  for (const client of [other, ada]) {
    client.send(end);
    assertEquals(await ending(client), "1000");
  }
  const authorization = `Bearer ${bob}`;
  for (const id of ["short", "x".repeat(65), "with%20space", ""]) {
    assertEquals(
      await refusal(service, { authorization }, `?id=${id}`),
      "400 invalid",
    );
  }
});

Deno.test("a conversation that goes wrong ends with an error and a code that says whether to retry", async () => {
  await using service = await startService();
  const cases: [string, (string | ArrayBuffer)[], string][] = [
    ["broken JSON", ["{"], "4400 bad-frame"],
    ["half a sample", [new ArrayBuffer(3)], "4400 bad-frame"],
    ["an unknown frame", ["{}"], "4400 bad-frame"],
    ["all right", [second(), end], "1000"],
    ["only the end", [end], "1000"],
  ];
  for (const [title, frames, expected] of cases) {
    assertEquals(await conversation(service, frames), expected, title);
  }
  assertEquals(
    await conversation(service, [], KEY, { language: "de-DE" }),
    "4422 language-unsupported",
  );
});

/** The status and code with which an upgrade is refused. */
async function refusal(
  service: Running,
  headers: Record<string, string>,
  query = "",
): Promise<string> {
  const { hostname, port } = new URL(service.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    `GET /transcribe/live${query} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...Object.entries(headers).map((header) => header.join(": ")),
  ];
  const bytes = new TextEncoder().encode(head.join("\r\n") + "\r\n\r\n");
  await connection.write(bytes);
  const answer = new Uint8Array(8_192);
  const count = await connection.read(answer) ?? 0;
  const text = new TextDecoder().decode(answer.subarray(0, count));
  const code = /"code":"([^"]+)"/.exec(text)?.[1] ?? "";
  return `${text.split(" ")[1]} ${code}`.trim();
}

Deno.test("without a valid token no socket opens, so that nobody's frames are read", async () => {
  await using service = await startService();
  const { web } = service;
  const expired = await web.token({}, { expiresIn: -60 });
  const good = { authorization: `Bearer ${KEY}` };
  const cases: [string, Record<string, string>, string][] = [
    ["none", {}, "401 token-missing"],
    ["sesame", { authorization: "Bearer sesame" }, "401 token-invalid"],
    ["old", { authorization: `Bearer ${expired}` }, "401 token-expired"],
    [
      "forged",
      { "sec-websocket-protocol": "transcriber, sesame" },
      "401 token-invalid",
    ],
    [
      "in another subprotocol",
      { "sec-websocket-protocol": `chat, ${await web.token()}` },
      "401 token-missing",
    ],
    ["elsewhere", { ...good, origin: "https://evil.example" }, "403 origin"],
    ["good", good, "101"],
    [
      "in the subprotocol",
      { "sec-websocket-protocol": `transcriber, ${await web.token()}` },
      "101",
    ],
  ];
  for (const [title, headers, expected] of cases) {
    assertEquals(await refusal(service, headers), expected, title);
  }
  assertEquals(await refusal(service, good, "?language=%00"), "400 invalid");
});

Deno.test("a frame of more than two seconds ends the conversation, whatever waits", async () => {
  await using service = await startService();
  const large = new ArrayBuffer(65_538);
  assertEquals(
    await conversation(service, [large]),
    "4413 frame-too-large",
  );
  const just = new ArrayBuffer(65_536);
  assertEquals(await conversation(service, [just, end]), "1000");
});

Deno.test("when everybody's place is taken, the next hears at once that they must wait", async () => {
  const recognizer = new Stuck();
  await using service = await startService({ recognizer }, { liveStreams: 1 });
  const first = await openLive(
    service.url,
    await service.web.token({ sub: "a" }),
  );
  first.send(second());
  await recognizer.started.promise;
  const token = await service.web.token({ sub: "b" });
  assertEquals(
    await conversation(service, [], token),
    "4002 recognizer-busy",
  );
  first.close();
  await recognizer.abandoned.promise;
});

const toldBy = (service: Running, token: string) => (body: unknown) =>
  fetch(`${service.url}/sessions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });

Deno.test("who signs out is heard no more: their token is refused, their socket closes, others stay", async () => {
  await using service = await startService();
  const { web } = service;
  const ada = await web.token({ sub: "ada", sid: "s1" });
  const other = await web.token({ sub: "ada", sid: "s2" });
  const client = await openLive(service.url, ada);
  client.send(second());
  while (client.frames.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const asWeb = toldBy(service, await web.token({ scope: "service" }));
  const told = await asWeb({ userId: "ada", sid: "s1" });
  assertEquals(told.status, 204);
  assertEquals(await ending(client), "4401 signed-out");
  const clip = async (token: string) => {
    const answer = await fetch(`${service.url}/clips/x`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return (await answer.json()).error.code;
  };
  assertEquals(await clip(ada), "signed-out");
  assertEquals(await clip(other), "not-found");
  assertEquals((await asWeb({ userId: "ada", keep: "s3" })).status, 204);
  assertEquals(await clip(other), "signed-out");
});

Deno.test("only web says whose session ended", async () => {
  await using service = await startService();
  for (const token of [await service.web.token(), KEY]) {
    const answer = await toldBy(service, token)({ userId: "ada" });
    assertEquals(answer.status, 403);
    assertEquals((await answer.json()).error.code, "service-only");
  }
  const asWeb = toldBy(service, await service.web.token({ scope: "service" }));
  const answer = await asWeb({ userId: 7 });
  await answer.body?.cancel();
  assertEquals(answer.status, 400);
});

Deno.test("a stream has at most five minutes, and what was said is settled", async () => {
  await using service = await startService();
  const client = await openLive(service.url);
  const piece = new Int16Array(32_000).buffer;
  for (let i = 0; i < 151; i++) {
    client.send(piece);
    // As a microphone does: the next piece when the one before has been heard.
    while (client.frames.length < i + 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  assertEquals(await ending(client), "4413 audio-too-long");
  assertEquals(client.frames.at(-2)?.type, "final");
});

Deno.test("who says nothing loses the decoder, with the words so far", async () => {
  await using service = await startService({}, { idle: 500 });
  assertEquals(await conversation(service, []), "4002 idle");
  const client = await openLive(service.url);
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
  const mine = await service.web.token();
  const first = await openLive(service.url, mine);
  first.send(second());
  await recognizer.started.promise;
  assertEquals(
    await conversation(service, [], mine),
    "4429 already-dictating",
  );
  first.close();
  await recognizer.abandoned.promise; // and the engine stops when she leaves
});

Deno.test("whoever sent more than can wait, and leaves, lets go of the engine", async () => {
  const recognizer = new Stuck();
  await using service = await startService({ recognizer });
  const client = await openLive(service.url);
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
  assertEquals(await conversation(service, []), "4410 recognizer-off");
});

Deno.test("a restart is told to those who speak, after their words so far", async () => {
  await using service = await startService();
  const client = await openLive(service.url);
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
    () => openLive(service.url, KEY, { origin: "https://evil.example" }),
    Error,
  );
  const plain = await fetch(`${service.url}/transcribe/live`);
  assertEquals(plain.status, 426);
  assertEquals(plain.headers.get("x-content-type-options"), "nosniff");
  assertEquals((await plain.json()).error.code, "websocket-only");
});
