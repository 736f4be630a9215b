import { assertEquals } from "@std/assert";
import { wavFile } from "../testing/files.ts";
import { failure, json, post, wav } from "../testing/requests.ts";
import { startService } from "../testing/service.ts";

Deno.test("what cannot be transcribed is refused with its status, its code and a sentence", async () => {
  await using service = await startService();
  const text = new TextEncoder().encode("hello");
  const silent = wavFile(new Float32Array(16_000), { rate: 16_000, bits: 16 });
  const big = new Uint8Array(25 * 1024 * 1024 + 1);
  const chunked = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 26; i++) {
        controller.enqueue(new Uint8Array(1024 * 1024));
      }
      controller.close();
    },
  });
  const elsewhere = [
    "http://169.254.169.254/latest/meta-data",
    "gs://bucket/file",
    "file:///etc/passwd",
    "http://localhost:8090/readyz",
    "http://localhost:8090.evil.example/clips/x",
  ];
  const cases: [string, RequestInit, string][] = [
    ["empty", post(""), "400 audio-empty"],
    ["silence", post(silent), "422 audio-silent"],
    ["cut short", post(wav.slice(0, 9_999)), "422 audio-broken"],
    ["text called audio", post(text), "415 audio-format"],
    ["text", post(text, "text/plain"), "415 content-type"],
    [
      "a form",
      post("a=b", "application/x-www-form-urlencoded"),
      "415 content-type",
    ],
    ["25 MB and a byte", post(big), "413 audio-too-large"],
    ["endless chunks", post(chunked), "413 audio-too-large"],
    ["broken JSON", post("{", "application/json"), "400 invalid"],
    [
      "a mountain of brackets",
      post("[".repeat(100_000), "application/json"),
      "413 json-too-complex",
    ],
    [
      "a recording among a thousand values",
      json({ audio_data: "A".repeat(70_000), more: Array(1_000).fill(0) }),
      "413 json-too-complex",
    ],
    [
      "brackets in a recording",
      json({ audio_data: "[".repeat(70_000) }),
      "413 json-too-complex",
    ],
    ["JSON of nothing", json({}), "400 invalid"],
    [
      "JSON of both",
      json({ audio_data: "AAAA", audio_uri: "clip:x" }),
      "400 invalid",
    ],
    ["JSON of numbers", json({ audio_data: 7 }), "400 invalid"],
    ["an array", json([]), "400 invalid"],
    ["empty base64", json({ audio_data: "" }), "400 audio-empty"],
    ["no base64", json({ audio_data: "ä" }), "400 audio-base64"],
    ["no clip", json({ audio_uri: "clip:nothing" }), "404 not-found"],
    ["a path", json({ audio_uri: "clip:../../etc/passwd" }), "404 not-found"],
    ...elsewhere.map((uri): [string, RequestInit, string] => [
      uri,
      json({ audio_uri: uri }),
      "400 audio-uri-outside",
    ]),
  ];
  for (const [title, init, expected] of cases) {
    const response = await service.request("/transcribe", init);
    assertEquals(await failure(response), expected, title);
  }
  const languages = [
    "/transcribe?language=%00",
    "/transcribe?language=english",
  ];
  for (const path of languages) {
    assertEquals(
      await failure(await service.request(path, post(wav))),
      "400 invalid",
    );
  }
  assertEquals(
    await failure(
      await service.request("/transcribe?language=de-DE", post(wav)),
    ),
    "422 language-unsupported",
  );
  assertEquals(
    (await service.request("/transcribe", post(wav))).status,
    200,
    "and then it works as before",
  );
});

Deno.test("nobody gets in without a good credential", async () => {
  await using service = await startService();
  const cases: [string, string, string][] = [
    ["nothing", "", "401 token-missing"],
    ["a wrong key", "Bearer another-key-of-nobody", "401 token-invalid"],
    [
      "an expired token",
      `Bearer ${await service.web.token({}, { expiresIn: -60 })}`,
      "401 token-expired",
    ],
    [
      "a token for realtime",
      `Bearer ${await service.web.token({ aud: "realtime" })}`,
      "401 token-invalid",
    ],
  ];
  for (const [title, authorization, expected] of cases) {
    for (const path of ["/transcribe", "/clips/x"]) {
      const init = path === "/transcribe"
        ? post(wav, "audio/wav", { authorization })
        : { headers: { authorization } };
      const response = await service.request(path, init);
      assertEquals(await failure(response), expected, title);
      assertEquals(response.headers.get("www-authenticate"), "Bearer");
    }
  }
});
