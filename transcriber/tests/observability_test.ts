import { assert, assertEquals, assertMatch } from "@std/assert";
import { Playback } from "../clips/playback.ts";
import { openLive } from "../testing/live-client.ts";
import { failure, post, wav } from "../testing/requests.ts";
import { OneWord } from "../testing/recognizers.ts";
import { KEY, type Running, startService } from "../testing/service.ts";

async function metricsOf(service: Running): Promise<string> {
  const response = await fetch(`${service.url}/metrics`);
  assertMatch(response.headers.get("content-type") ?? "", /^text\/plain/);
  return await response.text();
}

const hasLine = (text: string, line: string) =>
  assert(text.split("\n").includes(line), `${line} in\n${text}`);

Deno.test("metrics count requests by route and status, audio, and the time it took", async () => {
  await using service = await startService();
  await (await service.request("/transcribe", post(wav))).body?.cancel();
  await (await service.request("/transcribe", post(""))).body?.cancel();
  await (await service.request("/clips/some-secret-id")).body?.cancel();
  await (await service.request("/made-up/7")).body?.cancel();
  const madeUp = await service.request("/healthz", { method: "MADEUP" });
  await madeUp.body?.cancel();
  const text = await metricsOf(service);
  const requests = "transcriber_requests_total";
  hasLine(
    text,
    `${requests}{method="POST",route="/transcribe",status="200"} 1`,
  );
  hasLine(
    text,
    `${requests}{method="POST",route="/transcribe",status="400"} 1`,
  );
  hasLine(text, `${requests}{method="GET",route="/clips/:id",status="404"} 1`);
  hasLine(text, `${requests}{method="GET",route="unknown",status="404"} 1`);
  hasLine(text, 'transcriber_audio_seconds_total{kind="recording"} 1');
  hasLine(text, 'transcriber_transcription_seconds_count{outcome="done"} 1');
  hasLine(text, "transcriber_queue_length 0");
  hasLine(text, 'transcriber_recognizer_ready{recognizer="one-word"} 1');
  hasLine(text, `${requests}{method="other",route="/healthz",status="404"} 1`);
  assert(!/some-secret-id|made-?up/i.test(text));
});

Deno.test("metrics count live streams while they are open, and their audio", async () => {
  await using service = await startService();
  const client = await openLive(service.url);
  client.send(new Int16Array(16_000).buffer);
  while (client.frames.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  hasLine(await metricsOf(service), "transcriber_live_streams 1");
  client.send(JSON.stringify({ type: "end" }));
  await client.closed;
  let text = "";
  while (!text.includes("\ntranscriber_live_streams 0")) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    text = await metricsOf(service);
  }
  hasLine(text, 'transcriber_audio_seconds_total{kind="live"} 1');
});

Deno.test("the id a caller gives its request is answered and logged; what is no id is not", async () => {
  await using service = await startService();
  const ask = async (id: string) => {
    const headers = { "x-request-id": id };
    const response = await service.request("/languages", { headers });
    await response.body?.cancel();
    return response.headers.get("x-request-id") ?? "";
  };
  assertEquals(await ask("web-0007.a:b"), "web-0007.a:b");
  assertEquals(service.lines[0].requestId, "web-0007.a:b");
  for (const id of ["a b", "x".repeat(65), '{"a":1}']) {
    assertMatch(await ask(id), /^[0-9a-f-]{36}$/);
  }
});

Deno.test("the id of a live socket's request is in its line", async () => {
  await using service = await startService();
  const client = await openLive(service.url, KEY, {
    "x-request-id": "web-0008",
  });
  client.send("{}");
  await client.closed;
  while (service.lines.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(service.lines[0].requestId, "web-0008");
});

Deno.test("the languages of the engine are told, and whether it tells one and takes names", async () => {
  for (const knows of [false, true]) {
    const recognizer = new OneWord();
    if (knows) Object.assign(recognizer, { detects: true, takesHints: true });
    await using service = await startService({ recognizer });
    const response = await service.request("/languages");
    assertEquals(await response.json(), {
      languages: ["en-US"],
      detects: knows,
      hints: knows,
    });
  }
});

Deno.test("an address plays a kept recording without a credential, and only that one, for a while", async () => {
  await using service = await startService();
  const keep = async () => {
    const kept = await service.request("/transcribe?keep=true", post(wav));
    return (await kept.json()).clip as string;
  };
  const clip = await keep(), other = await keep();
  const answer = await service.request(`/clips/${clip}/address`);
  const { url, expiresAt } = await answer.json();
  assert(expiresAt > Date.now());
  const address: string = url;
  const played = await fetch(address);
  assertEquals(new Uint8Array(await played.arrayBuffer()), wav);
  assertEquals(played.headers.get("content-type"), "audio/wav");
  for (
    const changed of [
      address.replace(clip, other),
      address.replace(/until=\d+/, `until=${expiresAt + 1}`),
      address.replace(/signature=.*/, "signature=ä"),
    ]
  ) {
    assertEquals(await failure(await fetch(changed)), "404 not-found");
  }
  await (await service.request(`/clips/${clip}`, { method: "DELETE" })).text();
  assertEquals(await failure(await fetch(address)), "404 not-found");
  const stranger = { authorization: `Bearer ${await service.web.token()}` };
  const refused = await service.request(`/clips/${other}/address`, {
    headers: stranger,
  });
  assertEquals(await failure(refused), "404 not-found");
});

Deno.test("an address of a recording begins with what its reader asked by", async () => {
  const addressAt = async (service: Running, headers?: HeadersInit) => {
    const kept = await service.request("/transcribe?keep=true", post(wav));
    const { clip } = await kept.json();
    const answer = await service.request(`/clips/${clip}/address`, { headers });
    return (await answer.json()).url.split("/clips/")[0];
  };
  await using inside = await startService();
  assertEquals(await addressAt(inside), inside.url);
  const through = { "x-forwarded-prefix": "/transcriber" };
  assertEquals(await addressAt(inside, through), "/transcriber");
  const forged = { "x-forwarded-prefix": "//evil.example" };
  assertEquals(await addressAt(inside, forged), inside.url);
  const publicUrl = "https://speech.example.org";
  await using elsewhere = await startService({}, { publicUrl });
  assertEquals(await addressAt(elsewhere, through), publicUrl);
});

Deno.test("an address is over when its time is", async () => {
  const playback = new Playback();
  const path = await playback.path("a".repeat(22), 1_000);
  const signature = path.split("signature=")[1];
  await playback.check("a".repeat(22), 1_000, signature, 999);
  let code = "";
  await playback.check("a".repeat(22), 1_000, signature, 1_000)
    .catch((error) => code = error.code);
  assertEquals(code, "not-found");
});
