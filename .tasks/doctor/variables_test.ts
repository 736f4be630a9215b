import { checkAddresses } from "./addresses.ts";
import { assert, assertEquals } from "@std/assert";
import { diagnose } from "./checks.ts";
import { checkDollars } from "./dollars.ts";
import { join } from "../paths.ts";
import type { Circumstances, Env, Finding } from "./finding.ts";
import { mailServer, rightEnv } from "./testing.ts";

const about: Circumstances = {
  live: false,
  given: [],
  missingRecognizer: () => Promise.resolve([]),
};

const wrongs = (found: Finding[]) =>
  found.filter(({ level }) => level === "wrong");

/** Stands for the address of a mail server that answers. */
const MAIL = "smtp://mail";

/** A public deployment without mistakes, whose names lead nowhere. */
const PUBLIC: Env = {
  APP_URL: "https://chat.invalid",
  WS_URL: "wss://live.chat.invalid",
  TRANSCRIBER_URL: "https://speech.chat.invalid",
  SMTP_URL: MAIL,
};

const AWS: Env = {
  AWS_ACCESS_KEY_ID: "AKIA5TESTTESTTEST123",
  AWS_SECRET_ACCESS_KEY: "0123456789abcdef0123456789abcdef01234567",
  AWS_REGION: "eu-central-1",
  S3_BUCKET: "chat-selfies",
};

const SMTP_FORM =
  "SMTP_URL must be an address like smtps://user:password@host:465 or smtp://host:25, with signs such as @ / # % in user and password percent-encoded.";
const KEY_FORM =
  'SIGNING_KEY must be a private Ed25519 key as JSON: {"kty":"OKP","crv":"Ed25519","x":"…","d":"…"}.';

/** An environment with one mistake in it → what the operator reads. */
const MISTAKES: [mistake: string, env: Env, sentence: string][] = [
  [
    "an address without a scheme",
    { APP_URL: "chat.acme.net" },
    "APP_URL must be an address starting with http:// or https://.",
  ],
  [
    "an address with a path",
    { APP_URL: "http://localhost:8123/chat", PORT: "8123" },
    "APP_URL must be an origin, without a path.",
  ],
  [
    "http on a public host",
    { ...PUBLIC, APP_URL: "http://chat.invalid" },
    "APP_URL is http:// on a public host: passwords and faces would travel unencrypted, and browsers refuse the camera. Use https://.",
  ],
  [
    "http on a machine of the office",
    { ...PUBLIC, APP_URL: "http://chat.lan" },
    "APP_URL is http:// on another machine: browsers give no page there the camera or the microphone. Put a proxy with a certificate before web, and use https://.",
  ],
  [
    "ws:// under https",
    { ...PUBLIC, WS_URL: "ws://live.chat.invalid" },
    "WS_URL must start with wss:// because APP_URL is https: browsers refuse the mixture.",
  ],
  [
    "a socket on localhost",
    { ...PUBLIC, WS_URL: "ws://localhost:8080" },
    "WS_URL is on localhost while APP_URL is https://chat.invalid: each browser would look for it on its own machine. Unset WS_URL, and web passes on what is for that service.",
  ],
  [
    "http:// of the transcriber under https",
    { ...PUBLIC, TRANSCRIBER_URL: "http://speech.chat.invalid" },
    "TRANSCRIBER_URL must start with https:// because APP_URL is https: browsers refuse the mixture.",
  ],
  [
    "no mail for a public chat",
    { ...PUBLIC, SMTP_URL: undefined },
    "SMTP_URL is unset, so nobody would get an invitation or a code. Set it to smtps://user:password@host:465.",
  ],
  [
    "a port that is none",
    { PORT: "eighty" },
    "PORT must be a port number from 1 to 65535.",
  ],
  [
    "two services on one port",
    { PORT: "8123", WS_PORT: "8123" },
    "WS_PORT and PORT are both 8123. Give each service its own port.",
  ],
  [
    "a port nobody would find",
    { APP_URL: "http://localhost:7999", PORT: "8123" },
    "APP_URL names port 7999 and PORT is 8123: nobody would answer there. Make them the same.",
  ],
  [
    "half of the mail account",
    { EMAIL_USER: "chat@acme.net" },
    "EMAIL_PASS must be set when EMAIL_USER is.",
  ],
  [
    "the wrong scheme for mail",
    { SMTP_URL: "http://mail.acme.net" },
    SMTP_FORM,
  ],
  [
    "a password that ends the address",
    { SMTP_URL: "smtp://ada:p@ss/word@mail.acme.net:587" },
    SMTP_FORM,
  ],
  [
    "half of the AWS key",
    { ...AWS, AWS_SECRET_ACCESS_KEY: undefined },
    "AWS_SECRET_ACCESS_KEY must be set when AWS_ACCESS_KEY_ID is: faces on AWS need all of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, S3_BUCKET.",
  ],
  [
    "a region by its city",
    { ...AWS, AWS_REGION: "Frankfurt" },
    "AWS_REGION must be a name like eu-west-1.",
  ],
  [
    "a bucket as an address",
    { ...AWS, S3_BUCKET: "s3://chat-selfies" },
    "S3_BUCKET must be a name of 3 to 63 small letters, digits and hyphens.",
  ],
  [
    "a threshold written as a fraction",
    { FACE_MATCH_THRESHOLD: "0.95" },
    "FACE_MATCH_THRESHOLD must be a number from 80 to 100.",
  ],
  [
    "a liveness check there is not",
    { FACE_LIVENESS: "blink" },
    "FACE_LIVENESS must be off or turn.",
  ],
  [
    "faces for some",
    { FACE_SIGN_IN: "optional" },
    "FACE_SIGN_IN must be required, offered or off.",
  ],
  [
    "a placeholder",
    { MAIL_FROM: "Chat <your-name@example.org>" },
    "MAIL_FROM still has the value of an example. Set your own.",
  ],
  [
    "the host of an example",
    { SMTP_URL: "smtps://ada:pw@smtp.example.com" },
    "SMTP_URL still has the value of an example. Set your own.",
  ],
  [
    "pictures on a platform without files",
    { ...PUBLIC, DENO_DEPLOYMENT_ID: "d-1" },
    "AWS_ACCESS_KEY_ID is unset, and Deno Deploy keeps no files: pictures of faces would be lost. Set the four AWS variables.",
  ],
  ["a signing key that is none", { SIGNING_KEY: "hunter2" }, KEY_FORM],
  [
    "a signing key cut off when it was copied",
    {
      SIGNING_KEY: JSON.stringify({
        kty: "OKP",
        crv: "Ed25519",
        x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        d: "nWGxne_9WmC6hEr0kuwsxERJxWl7Mmk",
      }),
    },
    KEY_FORM,
  ],
  [
    "halves of two signing keys",
    {
      SIGNING_KEY: JSON.stringify({
        kty: "OKP",
        crv: "Ed25519",
        x: "A".repeat(43),
        d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
      }),
    },
    "SIGNING_KEY: its x and d are not the halves of one key, so nobody would get in. Make a new one as web/DEPLOYMENT.md shows.",
  ],
  [
    "a KV server without its token",
    { DENO_KV_PATH: "https://kv.invalid" },
    "DENO_KV_ACCESS_TOKEN must be set when DENO_KV_PATH is the address of a KV server.",
  ],
  [
    "Redis by http",
    { REDIS_URL: "http://127.0.0.1:6379" },
    "REDIS_URL must be redis:// or rediss:// addresses, separated by commas.",
  ],
  [
    "a name misspelt",
    { REDIS_URI: "redis://127.0.0.1" },
    "REDIS_URI is read by no service. Write REDIS_URL.",
  ],
  [
    "no days at all",
    { RETENTION_DAYS: "0" },
    "RETENTION_DAYS must be a whole number from 1 to 36500.",
  ],
  [
    "yes instead of 1",
    { TRUST_PROXY: "yes" },
    "TRUST_PROXY must be 1 or 0.",
  ],
  [
    "a key too short to be secret",
    { TRANSCRIBER_KEYS: "letmein" },
    "TRANSCRIBER_KEYS must be comma-separated secrets of at least 16 characters each.",
  ],
  [
    "a bucket without a project",
    { GCS_BUCKET: "chat-clips" },
    "GOOGLE_CLOUD_PROJECT is not set. Google's speech recognition needs all of GOOGLE_CLOUD_PROJECT, GCS_BUCKET, and GOOGLE_APPLICATION_CREDENTIALS. Set it, or unset GCS_BUCKET.",
  ],
  [
    "Google without a key",
    { GOOGLE_CLOUD_PROJECT: "chat-123456", GCS_BUCKET: "chat-clips" },
    "GOOGLE_APPLICATION_CREDENTIALS is not set. Google's speech recognition needs all of GOOGLE_CLOUD_PROJECT, GCS_BUCKET, and GOOGLE_APPLICATION_CREDENTIALS. Set it, or unset GOOGLE_CLOUD_PROJECT and GCS_BUCKET. Only Cloud Run, which sets K_SERVICE, needs no key.",
  ],
  [
    "days with a unit",
    { CLIP_DAYS: "30d" },
    "CLIP_DAYS must be a whole number of days from 1 to 9999, or unset to keep recordings until they are deleted.",
  ],
  [
    "megabytes with a unit",
    { CLIP_MB_ALL: "10 GB" },
    "CLIP_MB_ALL must be a whole number of megabytes that kept recordings may take, for example 200.",
  ],
  [
    "a speech model that is not there",
    { SHERPA_MODEL_DIR: "/nowhere" },
    "SHERPA_MODEL_DIR (/nowhere) is not a folder that can be read.",
  ],
];

const SECRETS = /hunter2|letmein|ss\/word|nWGxne/;

for (const [mistake, planted, sentence] of MISTAKES) {
  Deno.test(`the doctor finds ${mistake}`, async () => {
    const folder = await Deno.makeTempDir();
    await using server = await mailServer("ada", "pw");
    const mail = `smtp://127.0.0.1:${server.port}`;
    const env = {
      ...planted,
      ...(planted.SMTP_URL === MAIL ? { SMTP_URL: mail } : {}),
    };
    const found = await diagnose(
      { ...rightEnv(folder), ...env },
      { ...about, given: Object.keys(env) },
    );
    const [told, ...others] = wrongs(found);
    assertEquals(told?.sentence, sentence);
    const [name] = sentence.split(/[^A-Z0-9_]/);
    for (const other of others) {
      assertEquals(other.about, name, "nothing else is blamed");
    }
    assert(!SECRETS.test(JSON.stringify(found)));
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("what stands before web is told of, and a name nobody reads", async () => {
  const folder = await Deno.makeTempDir();
  const notes = async (env: Env) => {
    const found = await diagnose({ ...rightEnv(folder), ...PUBLIC, ...env }, {
      ...about,
      given: Object.keys(env),
    });
    return found.filter(({ level }) => level === "note")
      .map(({ about }) => about);
  };
  assert((await notes({})).includes("TRUST_PROXY"));
  assert(!(await notes({ TRUST_PROXY: "1" })).includes("TRUST_PROXY"));
  const deploy = { DENO_DEPLOYMENT_ID: "d-1", OTEL_DENO: "true" };
  assert(!(await notes(deploy)).some((name) => /TRUST|OTEL|DENO_D/.test(name)));
  assert((await notes({ TEAM: "blue" })).includes("TEAM"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a public address needs no others: web passes on what is for the other services", async () => {
  const addresses = async (env: Env) =>
    (await checkAddresses(env)).filter(({ level }) => level === "wrong");
  assertEquals(await addresses({ APP_URL: "https://chat.invalid" }), []);
});

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

Deno.test("the doctor notices a $ that Deno would expand, and no other", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "production.env");
  const plain = `A=1
B='pa$word'
C=pa\\$word
# D=pa$word
E=smtp://a:pa%24word@mail.invalid
`;
  const planted = `EMAIL_PASS=pa$word\nMAIL_FROM="pa\${x}"\nSIGNING_KEY=a$\n`;
  await Deno.writeTextFile(file, plain + planted);
  const lines = await Deno.readTextFile(file);
  const found = await checkDollars({}, { ...about, lines });
  assertEquals(found.map(({ about }) => about), [
    ...["EMAIL_PASS", "MAIL_FROM", "SIGNING_KEY"],
  ]);
  // What Deno itself makes of that file.
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `--env-file=${file}`,
      "console.log(JSON.stringify(Deno.env.toObject()))",
    ],
  }).output();
  const read = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([read.B, read.C, read.EMAIL_PASS], [
    ...["pa$word", "pa$word", "pa"],
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the doctor says when strangers may make accounts on a public address", async () => {
  const said = async (env: Env) =>
    (await checkAddresses(env)).some(({ about }) => about === "SIGN_UP");
  assertEquals(await said(PUBLIC), true);
  assertEquals(await said({ ...PUBLIC, SIGN_UP: "OPEN" }), true);
  assertEquals(await said({ ...PUBLIC, SIGN_UP: "invited" }), false);
  assertEquals(await said({ ...PUBLIC, SIGN_UP: "acme.net" }), false);
  const shows = async (env: Env) =>
    (await checkAddresses(env))
      .some(({ about }) => about === "PEOPLE_DIRECTORY");
  assertEquals(await shows(PUBLIC), true);
  assertEquals(await shows({ ...PUBLIC, PEOPLE_DIRECTORY: "rooms" }), false);
  assertEquals(await shows({ ...PUBLIC, SIGN_UP: "invited" }), false);
  assertEquals(await said({}), false);
});
