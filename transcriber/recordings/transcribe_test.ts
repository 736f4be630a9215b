import { assert, assertEquals } from "@std/assert";
import { createAuth } from "../access/auth.ts";
import { RateLimiter } from "../http/limits.ts";
import { PocketSphinx } from "../recognizers/pocketsphinx/pocketsphinx.ts";
import { toInt16 } from "../audio/samples.ts";
import { opusFile, tone } from "../testing/files.ts";
import { OneWord, realSpeech, Stuck } from "../testing/recognizers.ts";
import { failure, json, post, wav } from "../testing/requests.ts";
import { Scripted } from "../testing/scripted-engine.ts";
import { memoryClips } from "../testing/clips.ts";
import { KEY, startService } from "../testing/service.ts";
import { pcmOf, speak } from "../testing/speech.ts";

const { ignore, why } = realSpeech();
Deno.test({
  name: `speech in WAV, WebM and Ogg becomes its words${why}`,
  ignore,
  fn: async () => {
    await using service = await startService({
      recognizer: new PocketSphinx(),
    });
    const spoken = await speak("thank you very much for your help");
    const recordings: [string, Uint8Array<ArrayBuffer>][] = [
      ["audio/wav", spoken],
      ["audio/webm;codecs=opus", await opusFile(pcmOf(spoken), "webm")],
      ["audio/ogg", await opusFile(pcmOf(spoken), "ogg")],
    ];
    for (const [type, recording] of recordings) {
      const response = await service.request(
        "/transcribe?language=en-US",
        post(recording, type),
      );
      const { text, words, duration, clip } = await response.json();
      assertEquals(text, "Thank you very much for your help.", type);
      assertEquals(words.length, 7);
      assertEquals(Object.keys(words[0]), [
        "word",
        "start",
        "end",
        "confidence",
      ]);
      assert(Math.abs(duration - pcmOf(spoken).length / 16_000) < 0.03);
      assertEquals(clip, undefined);
    }
  },
});

Deno.test("the original's JSON works, and its language wins", async () => {
  await using service = await startService();
  const audio_data = wav.toBase64();
  const body = { audio_data, content_type: "audio/webm", long_audio: true };
  const good = await service.request(
    "/transcribe",
    json({ ...body, language_code: "en-GB" }),
  );
  assertEquals((await good.json()).text, "Yes");
  const german = await service.request(
    "/transcribe",
    json({ ...body, language_code: "de-DE" }),
  );
  assertEquals(await failure(german), "422 language-unsupported");
});

Deno.test("marks that were spoken and names that are likely reach the engine, and senseless ones are refused", async () => {
  const sentence = "twenty five people question mark";
  const recognizer = await Scripted.hearing(sentence);
  await using service = await startService({ recognizer });
  const spoken = await speak(sentence);
  const ask = (query: string) =>
    service.request(`/transcribe?${query}`, post(spoken));
  const texts = ["spoken=false", "spoken=true&hints=Ada, Grace,,"];
  const heard = [];
  for (const query of texts) heard.push((await (await ask(query)).json()).text);
  assertEquals(heard, ["25 people question mark.", "25 people?"]);
  assertEquals(recognizer.asked.map(({ hints }) => hints), [
    [],
    ["Ada", "Grace"],
  ]);
  for (const query of ["spoken=perhaps", `hints=${"x".repeat(2_001)}`]) {
    assertEquals(await failure(await ask(query)), "400 invalid");
  }
});

Deno.test("what a person chose in their account holds for each of their recordings, unless it says otherwise", async () => {
  const sentence = "twenty five people question mark";
  const recognizer = await Scripted.hearing(sentence);
  await using service = await startService({ recognizer });
  const dictation = { spoken: true, hints: ["Ada", "Grace"] };
  const authorization = `Bearer ${await service.web.token({ dictation })}`;
  const audio = await speak(sentence);
  const texts: string[] = [];
  for (const query of ["", "?spoken=false&hints=Grace,Linus"]) {
    const { headers, ...init } = post(audio);
    const answer = await service.request(`/transcribe${query}`, {
      ...init,
      headers: { ...headers, authorization },
    });
    texts.push((await answer.json()).text);
  }
  assertEquals(texts, ["25 people?", "25 people question mark."]);
  assertEquals(recognizer.asked.map(({ hints }) => hints), [
    ["Ada", "Grace"],
    ["Grace", "Linus", "Ada"],
  ]);
});

Deno.test("without a language the engine tells it, or takes English, or what it knows", async () => {
  const german = await Scripted.hearing("yes");
  Object.assign(german, {
    languages: ["de-DE"],
    supports: (tag: string) => tag.startsWith("de"),
  });
  for (
    const [recognizer, language] of [
      [await Scripted.hearing("yes"), "en-US"],
      [german, "de-DE"],
    ] as const
  ) {
    await using service = await startService({ recognizer });
    for (const query of ["", `?language=${language}`]) {
      const path = `/transcribe${query}`;
      const answer = await service.request(path, post(await speak("yes")));
      assertEquals((await answer.json()).text, "Yes");
    }
    assertEquals(
      recognizer.asked.map(({ language, detect }) => [language, detect]),
      [[language, true], [language, false]],
    );
  }
});

Deno.test("a recording is taken by any name senders have for it", async () => {
  await using service = await startService();
  const authorization = `Bearer ${await service.web.token({ sub: "ada" })}`;
  for (
    const type of [
      "audio/x-wav",
      "Audio/WAVE; rate=16000",
      "video/mp4",
      "application/ogg",
      "application/octet-stream",
    ]
  ) {
    const response = await service.request(
      "/transcribe",
      post(wav, type, { authorization }),
    );
    assertEquals([type, response.status], [type, 200]);
    await response.body?.cancel();
  }
});

Deno.test("a kept recording can be heard by its owner and by web, transcribed again, and deleted", async () => {
  await using service = await startService();
  const as = async (sub?: string) => ({
    authorization: `Bearer ${await service.web.token(
      sub ? { sub } : { sub: undefined, scope: "service" },
    )}`,
  });
  const ada = await as("ada");
  const kept = await service.request(
    "/transcribe?keep=true",
    post(wav, "audio/webm", ada),
  );
  const { clip } = await kept.json();
  const path = `/clips/${clip}`;

  for (const headers of [ada, await as()]) {
    const response = await service.request(path, { headers });
    assertEquals(response.status, 200);
    assertEquals(new Uint8Array(await response.arrayBuffer()), wav);
    const shown = response.headers;
    assertEquals(shown.get("content-type"), "audio/wav"); // not what the sender claimed
    assertEquals(shown.get("x-content-type-options"), "nosniff");
    assertEquals(
      shown.get("content-disposition"),
      `attachment; filename="clip-${clip}"`,
    );
    assertEquals(
      shown.get("content-security-policy"),
      "default-src 'none'; sandbox",
    );
  }
  for (const uri of [`clip:${clip}`, `/transcriber/clips/${clip}`]) {
    const again = await service.request("/transcribe", {
      ...json({ audio_uri: uri }),
      headers: { "content-type": "application/json", ...ada },
    });
    assertEquals((await again.json()).text, "Yes");
  }
  const bob = await as("bob");
  assertEquals(
    await failure(await service.request(path, { headers: bob })),
    "404 not-found",
  );
  assertEquals(
    await failure(
      await service.request(path, { method: "DELETE", headers: bob }),
    ),
    "404 not-found",
  );
  const deleted = await service.request(path, {
    method: "DELETE",
    headers: ada,
  });
  assertEquals(deleted.status, 204);
  assertEquals(
    await failure(await service.request(path, { headers: ada })),
    "404 not-found",
  );
});

Deno.test("a recording that was cut keeps its words, and the answer says so", async () => {
  await using service = await startService();
  const ogg = await opusFile(toInt16(tone(440, 12, 16_000)), "ogg");
  for (const cut of [false, true]) {
    const sent = cut ? ogg.slice(0, Math.floor(ogg.length * 0.7)) : ogg;
    const response = await service.request(
      "/transcribe",
      post(sent, "audio/ogg"),
    );
    const answer = await response.json();
    assertEquals([answer.text, answer.cut], ["Yes", cut || undefined]);
  }
});

Deno.test("too many recordings are refused, with the time to wait", async () => {
  const limits = new RateLimiter({ person: 9, program: 2 });
  await using service = await startService({ limits });
  for (let i = 0; i < 2; i++) {
    const response = await service.request("/transcribe", post(wav));
    assertEquals(response.status, 200);
    await response.body?.cancel();
  }
  const refused = await service.request("/transcribe", post(wav));
  assert(Number(refused.headers.get("retry-after")) > 0);
  assertEquals(await failure(refused), "429 rate-limited");
});

Deno.test("without a recogniser the service runs and says that dictation is off", async () => {
  const reason = "PocketSphinx is not installed.";
  await using service = await startService({
    recognizer: new OneWord({ state: "off", reason }),
  });
  assertEquals(
    await failure(await service.request("/transcribe", post(wav))),
    "503 recognizer-off",
  );
  const ready = await service.request("/readyz");
  assertEquals(ready.status, 503);
  assertEquals(await ready.json(), {
    ready: false,
    recognizer: { name: "one-word", state: "off", reason },
    clips: { name: "folder", state: "up" },
    keys: { state: "up" },
  });
  const health = await service.request("/healthz");
  assertEquals(await health.json(), { ok: true });
});

Deno.test("work is abandoned when the client goes away", async () => {
  const recognizer = new Stuck();
  const clips = memoryClips();
  await using service = await startService({ recognizer, clips });
  const owner = (await createAuth({ appUrl: service.web.url, keys: [KEY] })
    .verify(KEY)).id;
  const about = { owner, contentType: "audio/wav", duration: 1 };
  const { id } = await clips.put(wav, about);
  const leaving = new AbortController();
  // A short body: see middleware.ts for what Deno does not tell of long ones.
  const request = service.request("/transcribe", {
    ...json({ audio_uri: `clip:${id}` }),
    signal: leaving.signal,
  }).catch((error: Error) => error.name);
  await recognizer.started.promise;
  leaving.abort();
  assertEquals(await request, "AbortError");
  await recognizer.abandoned.promise;
});

Deno.test("what is logged is about requests, never what was in them", async () => {
  await using service = await startService();
  const token = await service.web.token();
  const headers = { authorization: `Bearer ${token}` };
  const kept = await service.request(
    "/transcribe?keep=true",
    post(wav, "audio/wav", headers),
  );
  const requestId = kept.headers.get("x-request-id");
  const { clip } = await kept.json();
  await (await service.request(`/clips/${clip}`, { headers })).body?.cancel();
  await (await service.request("/transcribe", json({ audio_data: "ä" })))
    .text();
  const [first, second, third] = service.lines;
  assertEquals(first.requestId, requestId ?? "");
  assertEquals(first.route, "/transcribe");
  assertEquals([first.status, first.bytes], [200, wav.length]);
  assertEquals(second.route, "/clips/:id");
  assertEquals([third.status, third.code], [400, "audio-base64"]);
  // Random ids may have any letters in them.
  const all = JSON.stringify(
    service.lines.map((line) => ({ ...line, requestId: "" })),
  );
  for (const secret of [token, clip, "Yes", "ada", "Ada"]) {
    assert(!all.includes(secret), `${secret} in ${all}`);
  }
});
