import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import { decodeAudio } from "../audio/decode.ts";
import { toInt16 } from "../audio/samples.ts";
import { ApiError } from "../http/errors.ts";
import { opusFile, tone } from "../testing/files.ts";
import { OneWord } from "../testing/recognizers.ts";
import { post } from "../testing/requests.ts";
import { startService } from "../testing/service.ts";

/** Half a second of nothing, half a second of a tone, as a browser records. */
const half = async () => {
  const pcm = new Int16Array(16_000);
  pcm.set(toInt16(tone(440, 0.5, 16_000)), 8_000);
  return await opusFile(pcm, "webm");
};

const { signal } = new AbortController();

Deno.test("a voice note is kept with its waveform, and so that a player can begin anywhere", async () => {
  await using service = await startService();
  const webm = await half();
  const answer = await service.request(
    "/transcribe?keep=voice",
    post(webm, "audio/webm"),
  );
  const { clip, peaks, duration, words } = await answer.json();
  assertEquals([peaks.length, Math.max(...peaks)], [64, 100]);
  assert(peaks.slice(0, 30).every((peak: number) => peak < 20), `${peaks}`);
  assert(peaks.slice(34, 62).every((peak: number) => peak > 60), `${peaks}`);
  assertEquals(words.length, 1);
  const kept = new Uint8Array(
    await (await service.request(`/clips/${clip}`)).arrayBuffer(),
  );
  assertNotEquals(kept, webm);
  const before = await decodeAudio(webm, { signal });
  const after = await decodeAudio(kept, { signal });
  assertEquals([after.format, after.pcm.length], ["webm", before.pcm.length]);
  using input = new Input({
    source: new BufferSource(kept),
    formats: ALL_FORMATS,
  });
  // What its head says; without it a player has to read all of it.
  assert(
    Math.abs((await input.getDurationFromMetadata() ?? 0) - duration) < 0.1,
  );
});

Deno.test("a voice note that was not heard is kept with its waveform, too", async () => {
  class Out extends OneWord {
    override transcribe(): Promise<never> {
      throw new ApiError({ code: "out", status: 503, message: "Out." });
    }
  }
  const off = new OneWord({ state: "off", reason: "not installed" });
  for (const recognizer of [new Out(), off]) {
    await using service = await startService({ recognizer });
    const failed = await service.request(
      "/transcribe?keep=voice",
      post(await half(), "audio/webm"),
    );
    const { error } = await failed.json();
    assertEquals(failed.status, 503);
    assertEquals(error.peaks.length, 64);
    assert(Math.abs(error.duration - 1) < 0.1, `${error.duration}`);
    assertEquals((await service.request(`/clips/${error.clip}`)).status, 200);
  }
});

Deno.test("a voice note is kept alone, too, and heard later", async () => {
  const off = new OneWord({ state: "off", reason: "not installed" });
  await using service = await startService({ recognizer: off });
  const answer = await service.request(
    "/transcribe?keep=only",
    post(await half(), "audio/webm"),
  );
  const { clip, text, words, peaks } = await answer.json();
  assertEquals([answer.status, text, words], [200, "", []]);
  assertEquals(peaks.length, 64);
  assertEquals((await service.request(`/clips/${clip}`)).status, 200);
});

Deno.test("a part of a kept recording is read by itself, and only if it is whose it has to be", async () => {
  await using service = await startService();
  const token = await service.web.token({ sub: "ada" });
  const mine = { authorization: `Bearer ${token}` };
  const answer = await service.request(
    "/transcribe?keep=voice",
    post(await half(), "audio/webm", mine),
  );
  const { clip } = await answer.json();
  const web = {
    authorization: `Bearer ${await service.web.token({ scope: "service" })}`,
  };
  const read = (query = "", headers = {}) =>
    service.request(`/clips/${clip}${query}`, {
      headers: { ...web, ...headers },
    });
  const all = new Uint8Array(await (await read()).arrayBuffer());
  const part = await read("?owner=ada", { range: "bytes=10-19" });
  assertEquals(part.status, 206);
  assertEquals(
    part.headers.get("content-range"),
    `bytes 10-19/${all.length}`,
  );
  assertEquals(
    new Uint8Array(await part.arrayBuffer()),
    all.slice(10, 20),
  );
  const beyond = await read("", { range: `bytes=${all.length}-` });
  assertEquals([beyond.status, await beyond.text()], [416, ""]);
  const other = await read("?owner=ben");
  assertEquals([other.status, (await other.json()).error.code], [
    404,
    "not-found",
  ]);
});
