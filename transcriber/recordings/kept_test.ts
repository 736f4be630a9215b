import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { newClipId } from "../../realtime/common/clip-id.ts";
import { ApiError } from "../http/errors.ts";
import type { Transcription } from "../recognizers/recognizer.ts";
import { memoryClips } from "../testing/clips.ts";
import { tone, wavFile } from "../testing/files.ts";
import { OneWord, Stuck } from "../testing/recognizers.ts";
import { json, post, wav } from "../testing/requests.ts";
import { startService } from "../testing/service.ts";

/** An engine that fails until told otherwise. */
class Failing extends OneWord {
  constructor(public failure: Error | null) {
    super();
  }
  override transcribe(
    ...args: Parameters<OneWord["transcribe"]>
  ): Promise<Transcription> {
    return this.failure
      ? Promise.reject(this.failure)
      : super.transcribe(...args);
  }
}

const quota = () =>
  new ApiError({
    code: "speech-quota",
    status: 503,
    message: "Used up.",
    retryAfter: 60,
    operator: "Raise the quota.",
  });

Deno.test("a recording to keep is safe before it is recognised, and can be tried again by its id", async () => {
  const recognizer = new Failing(quota());
  await using service = await startService({ recognizer });
  const failed = await service.request("/transcribe?keep=true", post(wav));
  assertEquals(failed.status, 503);
  assertEquals(failed.headers.get("retry-after"), "60");
  const { error } = await failed.json();
  assertEquals(error.code, "speech-quota");
  recognizer.failure = null;
  const again = await service.request(
    "/transcribe",
    json({ audio_uri: `clip:${error.clip}` }),
  );
  assertEquals((await again.json()).text, "Yes");
});

Deno.test("a recording nobody foresaw a failure of is kept all the same", async () => {
  const recognizer = new Failing(new TypeError("hello from inside"));
  await using service = await startService({ recognizer });
  const failed = await service.request("/transcribe?keep=true", post(wav));
  const { error } = await failed.json();
  assertEquals([failed.status, error.code], [500, "internal"]);
  assert(error.clip);
  const kept = await service.request(`/clips/${error.clip}`);
  assertEquals(new Uint8Array(await kept.arrayBuffer()), wav);
});

Deno.test("the id of a recording is web's to choose, and whoever sent it cannot put another in its place", async () => {
  await using service = await startService();
  const keep = async (claims: object, query = "") => {
    const authorization = `Bearer ${await service.web.token({ ...claims })}`;
    const answer = await service.request(
      `/transcribe?keep=only${query}`,
      post(wav, "audio/wav", { authorization }),
    );
    const { clip, error } = await answer.json();
    return clip ?? `${answer.status} ${error.code}`;
  };
  const clip = newClipId("person:ada");
  assertEquals(await keep({ clip }), clip);
  assertEquals(await keep({ clip }), "409 clip-taken");
  const authorization = `Bearer ${await service.web.token()}`;
  const gone = await service.request(`/clips/${clip}`, {
    method: "DELETE",
    headers: { authorization },
  });
  assertEquals(gone.status, 204);
  assertNotEquals(await keep({}, `&clip=${clip}`), clip);
  for (const id of [newClipId("person:ben"), "../../etc/passwd", ""]) {
    assertEquals(await keep({ clip: id }), "400 clip-id");
  }
});

Deno.test("without keep nothing is kept, whatever happens", async () => {
  const recognizer = new Failing(quota());
  await using service = await startService({ recognizer });
  const failed = await service.request("/transcribe", post(wav));
  assertEquals("clip" in (await failed.json()).error, false);
});

Deno.test("what the operator should do is logged, and not answered", async () => {
  await using service = await startService({
    recognizer: new Failing(quota()),
  });
  const failed = await service.request("/transcribe", post(wav));
  assert(!(await failed.text()).includes("Raise"));
  const line = service.lines.find(({ event }) => event === "failed");
  assertEquals(line?.operator, "Raise the quota.");
  assertEquals(line?.code, "speech-quota");
});

Deno.test("a recording to keep is forgotten when its sender goes away", async () => {
  const recognizer = new Stuck();
  const clips = memoryClips();
  const kept: string[] = [];
  const put = clips.put;
  clips.put = async (...args) => {
    const info = await put(...args);
    kept.push(info.id);
    return info;
  };
  const deleted = Promise.withResolvers<string>();
  clips.delete = (id) => Promise.resolve(deleted.resolve(id));
  await using service = await startService({ recognizer, clips });
  const leaving = new AbortController();
  const short = wavFile(tone(440, 0.03, 4_000), { rate: 4_000, bits: 8 });
  // A short body: see middleware.ts for what Deno does not tell of long ones.
  const request = service.request("/transcribe?keep=true", {
    ...json({ audio_data: short.toBase64() }),
    signal: leaving.signal,
  }).catch((error: Error) => error.name);
  await recognizer.started.promise;
  leaving.abort();
  assertEquals(await request, "AbortError");
  assertEquals(await deleted.promise, kept[0]);
});
