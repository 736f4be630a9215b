import { assert, assertEquals } from "@std/assert";
import { diagnose } from "./checks.ts";
import type { Circumstances, Env, Finding } from "./finding.ts";
import { rightEnv } from "./testing.ts";

const about: Circumstances = {
  live: false,
  missingRecognizer: () => Promise.resolve([]),
};

const wrongs = (found: Finding[]) =>
  found.filter(({ level }) => level === "wrong");

/** A public deployment without mistakes, whose names lead nowhere. */
const PUBLIC: Env = {
  APP_URL: "https://chat.invalid",
  WS_URL: "wss://live.chat.invalid",
  TRANSCRIBER_URL: "https://speech.chat.invalid",
  SMTP_URL: "smtp://127.0.0.1:1",
};

/** The variable each sentence must name → an environment with one mistake in it. */
const MISTAKES: [mistake: string, names: string, env: Env][] = [
  ["an address without a scheme", "APP_URL", { APP_URL: "chat.acme.net" }],
  ["an address with a path", "APP_URL", {
    APP_URL: "http://localhost:8000/chat",
  }],
  ["http on a public host", "APP_URL", {
    ...PUBLIC,
    APP_URL: "http://chat.invalid",
  }],
  ["http on a machine of the office", "APP_URL", {
    ...PUBLIC,
    APP_URL: "http://192.0.2.7",
  }],
  ["ws:// under https", "WS_URL", {
    ...PUBLIC,
    WS_URL: "ws://live.chat.invalid",
  }],
  ["a socket on localhost", "WS_URL", { ...PUBLIC, WS_URL: undefined }],
  ["http:// of the transcriber under https", "TRANSCRIBER_URL", {
    ...PUBLIC,
    TRANSCRIBER_URL: "http://speech.chat.invalid",
  }],
  ["no mail for a public chat", "SMTP_URL", { ...PUBLIC, SMTP_URL: undefined }],
  ["a port that is none", "PORT", { PORT: "eighty" }],
  ["two services on one port", "WS_PORT", { PORT: "8123", WS_PORT: "8123" }],
  ["a port nobody would find", "APP_URL", { APP_URL: "http://localhost:7999" }],
  ["half of the mail account", "EMAIL_PASS", { EMAIL_USER: "chat@acme.net" }],
  ["the wrong scheme for mail", "SMTP_URL", {
    SMTP_URL: "http://mail.acme.net",
  }],
  ["half of the AWS key", "AWS_SECRET_ACCESS_KEY", {
    AWS_ACCESS_KEY_ID: "AKIA5TESTTESTTEST123",
    AWS_REGION: "eu-central-1",
    S3_BUCKET: "chat-selfies",
  }],
  ["a region by its city", "AWS_REGION", {
    AWS_ACCESS_KEY_ID: "AKIA5TESTTESTTEST123",
    AWS_SECRET_ACCESS_KEY: "0123456789abcdef0123456789abcdef01234567",
    AWS_REGION: "Frankfurt",
    S3_BUCKET: "chat-selfies",
  }],
  ["a placeholder", "S3_BUCKET", { S3_BUCKET: "your-bucket" }],
  ["the host of an example", "SMTP_URL", {
    SMTP_URL: "smtps://ada:pw@smtp.example.com",
  }],
  ["pictures on a platform without files", "AWS_ACCESS_KEY_ID", {
    ...PUBLIC,
    DENO_DEPLOYMENT_ID: "d-1",
  }],
  ["a signing key that is none", "SIGNING_KEY", { SIGNING_KEY: "hunter2" }],
  ["a KV server without its token", "DENO_KV_ACCESS_TOKEN", {
    DENO_KV_PATH: "https://kv.invalid",
  }],
  ["Redis by http", "REDIS_URL", { REDIS_URL: "http://127.0.0.1:6379" }],
  ["a key too short to be secret", "TRANSCRIBER_KEYS", {
    TRANSCRIBER_KEYS: "letmein",
  }],
  ["a bucket without a project", "GOOGLE_CLOUD_PROJECT", {
    GCS_BUCKET: "chat-clips",
  }],
];

for (const [mistake, name, env] of MISTAKES) {
  Deno.test(`the doctor finds ${mistake}`, async () => {
    const folder = await Deno.makeTempDir();
    const found = wrongs(
      await diagnose({ ...rightEnv(folder), ...env }, about),
    );
    assert(
      found.some(({ sentence }) => sentence.startsWith(name)),
      `no sentence about ${name} in ${JSON.stringify(found)}`,
    );
    for (const { sentence } of found) {
      assert(/[.\w]$/.test(sentence), sentence);
    }
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("an environment without mistakes has none", async () => {
  const folder = await Deno.makeTempDir();
  assertEquals(wrongs(await diagnose(rightEnv(folder), about)), []);
  const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  // The KV's folder is made as web would make it; nothing is in it.
  assertEquals(left, ["web"]);
  assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/web`)), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("several mistakes are all told at once", async () => {
  const folder = await Deno.makeTempDir();
  const env = {
    ...rightEnv(folder),
    APP_URL: "chat",
    WS_URL: "http://live",
    SIGNING_KEY: "{}",
    EMAIL_USER: "chat@acme.net",
    REDIS_URL: "localhost",
  };
  const names = wrongs(await diagnose(env, about)).map(({ about }) => about);
  for (
    const name of [
      "APP_URL",
      "WS_URL",
      "SIGNING_KEY",
      "EMAIL_PASS",
      "REDIS_URL",
    ]
  ) assert(names.includes(name), `${name} is not in ${names}`);
  await Deno.remove(folder, { recursive: true });
});
