import { generateKeyPairSync } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { readConfig } from "../config/config.ts";
import { createEngines } from "../engines.ts";
import { SENTENCES } from "../recognizers/contract.ts";
import { opusFile, wavFile } from "../testing/files.ts";
import { GoogleSpeech } from "../testing/google-speech.ts";
import { GoogleStorage } from "../testing/google-storage.ts";
import { openLive } from "../testing/live-client.ts";
import { failure, json, post } from "../testing/requests.ts";
import { type Running, startService } from "../testing/service.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";

interface Cloud {
  service: Running;
  speech: GoogleSpeech;
  storage: GoogleStorage;
}

/** The whole service as these variables make it, with Google on this machine. */
async function withCloud(use: (cloud: Cloud) => Promise<void>): Promise<void> {
  await using storage = new GoogleStorage();
  await using speech = await GoogleSpeech.start(SENTENCES, storage.byUri);
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
  });
  storage.publicKey = publicKey;
  const keyFile = await Deno.makeTempFile({ suffix: ".json" });
  const key = {
    type: "service_account",
    client_email: "chat@chat.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
  await Deno.writeTextFile(keyFile, JSON.stringify(key));
  Deno.env.set("GOOGLE_APPLICATION_CREDENTIALS", keyFile);
  try {
    const config = readConfig({
      GOOGLE_APPLICATION_CREDENTIALS: keyFile,
      GOOGLE_CLOUD_PROJECT: "chat-123456",
      GCS_BUCKET: storage.bucket,
      GOOGLE_SPEECH_STANDIN: speech.address,
      GOOGLE_STORAGE_STANDIN: storage.url,
      CLIP_DAYS: "30",
    });
    const { google } = config;
    await using service = await startService({
      ...createEngines(config, () => {}),
    }, { google });
    await use({ service, speech, storage });
  } finally {
    Deno.env.delete("GOOGLE_APPLICATION_CREDENTIALS");
    await Deno.remove(keyFile);
  }
}

const hello = async () => pcmOf(await speak(SENTENCES[0]));
const HEARD = "Hello how are you doing today.";

Deno.test("with Google: a browser's recording is understood, kept in the bucket, played and deleted", () =>
  withCloud(async ({ service, speech, storage }) => {
    const webm = await opusFile(await hello(), "webm");
    const answer = await service.request(
      "/transcribe?keep=true",
      post(webm, "audio/webm;codecs=opus"),
    );
    const { text, words, clip } = await answer.json();
    assertEquals([text, words.length], [HEARD, 6]);
    assertEquals(speech.seen[0].encoding, "WEBM_OPUS");
    assertEquals(storage.objects.get(`clips/${clip}`)?.bytes, webm);
    const part = await service.request(`/clips/${clip}`, {
      headers: { range: "bytes=4-7" },
    });
    assertEquals(new Uint8Array(await part.arrayBuffer()), webm.slice(4, 8));

    const address = await service.request(`/clips/${clip}/address`);
    const played = await fetch((await address.json()).url);
    assertEquals(new Uint8Array(await played.arrayBuffer()), webm);

    const uri = `gs://${storage.bucket}/clips/${clip}`;
    const again = await service.request(
      "/transcribe",
      json({ audio_uri: uri }),
    );
    assertEquals((await again.json()).text, HEARD);
    await service.request(`/clips/${clip}`, { method: "DELETE" });
    assertEquals(storage.objects.size, 0);
  }));

Deno.test("with Google: audio_uri reaches clips of our own bucket and nothing else", () =>
  withCloud(async ({ service, storage }) => {
    const cases = [
      ["gs://other-bucket/clips/x", "400 audio-uri-outside"],
      [`gs://${storage.bucket}/staged/x`, "400 audio-uri-outside"],
      [`gs://${storage.bucket}-2/clips/x`, "400 audio-uri-outside"],
      [`gs://${storage.bucket}/clips/../staged/x`, "404 not-found"],
      [`gs://${storage.bucket}/clips/${"a".repeat(22)}`, "404 not-found"],
    ];
    for (const [uri, expected] of cases) {
      const response = await service.request(
        "/transcribe",
        json({ audio_uri: uri }),
      );
      assertEquals(await failure(response), expected, uri);
    }
  }));

Deno.test("with Google: more than a minute goes through the bucket, which is empty afterwards", () =>
  withCloud(async ({ service, speech, storage }) => {
    const pcm = joinPcm(await hello(), 65);
    const signal = Float32Array.from(pcm, (value) => value / 32_768);
    const response = await service.request(
      "/transcribe",
      post(wavFile(signal, { rate: 16_000, bits: 16 })),
    );
    assertEquals((await response.json()).text, HEARD);
    assert(speech.methods.includes("longRunningRecognize"));
    assertEquals(storage.objects.size, 0);
  }));

Deno.test("with Google: words appear while they are spoken", () =>
  withCloud(async ({ service }) => {
    const client = await openLive(service.url);
    const pcm = await hello();
    for (let at = 0; at < pcm.length; at += 1_600) {
      client.send(pcm.slice(at, at + 1_600).buffer);
    }
    client.send(JSON.stringify({ type: "end" }));
    assertEquals(await client.closed, 1000);
    const last = client.frames.at(-1);
    assert(last?.type === "final");
    assertEquals([last.text, last.words.length], [HEARD, 6]);
    assertEquals(client.frames[0].type, "partial");
  }));

Deno.test("with Google: what the person is told when it fails, with the recording kept", () =>
  withCloud(async ({ service, speech, storage }) => {
    const webm = await opusFile(await hello(), "webm");
    const keep = () =>
      service.request("/transcribe?keep=true", post(webm, "audio/webm"));
    speech.fail({ code: 8, message: "Quota exceeded for project 123" });
    const failed = await keep();
    assertEquals(failed.status, 503);
    assertEquals((await failed.json()).error, {
      code: "speech-quota",
      message:
        "This server has used up its dictation for the moment. Your recording is not lost: try again in a minute.",
      clip: [...storage.objects.keys()][0].slice("clips/".length),
    });
    const line = service.lines.find(({ event }) => event === "failed");
    assert(String(line?.operator).includes("gRPC 8"));

    storage.fail({ status: 403, message: "denied" });
    assertEquals(await failure(await keep()), "503 clips-refused");

    const client = await openLive(service.url);
    speech.fail({ code: 7, message: "denied", reason: "SERVICE_DISABLED" });
    client.send(new Int16Array(16_000).buffer);
    client.send(JSON.stringify({ type: "end" }));
    assertEquals(await client.closed, 4002);
    const last = client.frames.at(-1);
    assertEquals(last?.type === "error" && last.code, "speech-refused");
  }));
