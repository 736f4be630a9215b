import { assert, assertEquals } from "@std/assert";
import { kvServer } from "../../web/e2e/kv-server.ts";
import { diagnose } from "./checks.ts";
import type { Circumstances, Env, Finding } from "./finding.ts";
import { freePorts } from "../free-ports.ts";
import {
  awsAccount,
  googleAccount,
  mailServer,
  oldRedis,
  pretend,
  realtimeFor,
  redisServer,
  rightEnv,
} from "./testing.ts";

const calm: Circumstances = {
  live: false,
  given: [],
  missingRecognizer: () => Promise.resolve([]),
};

interface Patient {
  folder: string;
  /** What is wrong once these variables are set. */
  wrongs(env: Env, about?: Partial<Circumstances>): Promise<Finding[]>;
}

function trial(name: string, fn: (patient: Patient) => Promise<void>) {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir({ prefix: "doctor-" });
    const right = rightEnv(folder);
    await fn({
      folder,
      async wrongs(env, about) {
        const found = await diagnose({ ...right, ...env }, {
          ...calm,
          ...about,
        });
        return found.filter(({ level }) => level === "wrong");
      },
    });
    await Deno.remove(folder, { recursive: true });
  });
}

function assertTold(found: Finding[], name: string, words: RegExp) {
  const told = found.some(({ sentence }) =>
    sentence.includes(name) && words.test(sentence)
  );
  assert(told, `not told of ${name}, ${words}: ${JSON.stringify(found)}`);
}

trial("a folder that cannot be written", async ({ folder, wrongs }) => {
  await Deno.writeTextFile(`${folder}/file`, "");
  const found = await wrongs({ DATA_DIR: `${folder}/file/data` });
  assertTold(
    found,
    "DATA_DIR",
    /cannot be written|is a file|lies below a file/,
  );
  assertTold(found, "KV", /cannot be opened/);
});

trial("a port that is taken", async ({ wrongs }) => {
  using listener = Deno.listen({ port: 0 });
  const found = await wrongs({ WS_PORT: `${listener.addr.port}` });
  assertTold(found, "WS_PORT", /taken by another program/);
});

trial("no recogniser", async ({ wrongs }) => {
  const found = await wrongs({}, {
    missingRecognizer: () => Promise.resolve(["pocketsphinx"]),
  });
  assertTold(found, "PocketSphinx", /apt-get install pocketsphinx/);
});

trial(
  "a speech model that is incomplete, or makes no sense",
  async ({ folder, wrongs }) => {
    const env = { SHERPA_MODEL_DIR: folder };
    await Deno.writeTextFile(`${folder}/tokens.txt`, "<blk> 0\n");
    const lacking = await wrongs(env);
    assertTold(lacking, "SHERPA_MODEL_DIR", /lacks encoder, decoder, joiner/);
    for (const part of ["encoder", "decoder", "joiner"]) {
      await Deno.writeTextFile(`${folder}/${part}.onnx`, "no model");
    }
    const broken = await wrongs(env);
    assertTold(
      broken,
      "SHERPA_MODEL_DIR",
      /cannot use the model.*it ended with/,
    );
    assertTold(broken, "SHERPA_MODEL_DIR", /Download it again/);
  },
);

trial("a server to transcribe with", async ({ wrongs }) => {
  let status = 401;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ text: "" }, { status }),
  );
  const env = {
    TRANSCRIBE_API_URL: `http://127.0.0.1:${server.addr.port}/v1`,
  };
  const found = await wrongs(env);
  assertTold(found, "TRANSCRIBE_API_URL", /does not accept TRANSCRIBE_API_KEY/);
  status = 200;
  assertEquals(await wrongs(env), []);
});

trial("a Redis that is right", async ({ folder, wrongs }) => {
  await using redis = await redisServer(folder);
  assertEquals(await wrongs({ REDIS_URL: redis.url }), []);
});

trial("a Redis nobody runs", async ({ wrongs }) => {
  const [port] = freePorts(1);
  const found = await wrongs({ REDIS_URL: `redis://127.0.0.1:${port}` });
  assertTold(found, "REDIS_URL", /cannot be reached/);
});

trial("a Redis with another password", async ({ folder, wrongs }) => {
  await using redis = await redisServer(folder, "--requirepass", "right-one");
  const url = redis.url.replace("//", "//:wrong-one@");
  const found = await wrongs({ REDIS_URL: url });
  assertTold(found, "REDIS_URL", /user name or password/);
  assert(!JSON.stringify(found).includes("wrong-one"));
});

trial(
  "a Redis whose user may not do what is needed",
  async ({ folder, wrongs }) => {
    const user = ["--user", "ada", "on", ">pw", "~other:*", "+@all"];
    await using redis = await redisServer(folder, ...user);
    const url = redis.url.replace("//", "//ada:pw@");
    const found = await wrongs({ REDIS_URL: url });
    assertTold(found, "REDIS_URL", /may not do what is needed.*~chatsphere:\*/);
  },
);

trial(
  "a Redis asked for encryption it does not speak",
  async ({ folder, wrongs }) => {
    await using redis = await redisServer(folder);
    const url = redis.url.replace("redis:", "rediss:");
    assertTold(await wrongs({ REDIS_URL: url }), "REDIS_URL", /redis:\/\//);
  },
);

trial("a Redis that evicts messages", async ({ folder, wrongs }) => {
  await using redis = await redisServer(
    folder,
    ...["--maxmemory-policy", "allkeys-lru"],
  );
  assertTold(await wrongs({ REDIS_URL: redis.url }), "Redis", /noeviction/);
});

trial("a Redis that keeps nothing", async ({ folder, wrongs }) => {
  await using redis = await redisServer(folder, "--appendonly", "no");
  assertTold(await wrongs({ REDIS_URL: redis.url }), "Redis", /appendonly yes/);
});

trial("a Redis too old", async ({ wrongs }) => {
  await using redis = oldRedis();
  assertTold(await wrongs({ REDIS_URL: redis.url }), "Redis", /6\.2\.14/);
});

trial("a mail server and its login", async ({ wrongs }) => {
  await using server = await mailServer("ada", "right-one");
  const url = (password: string) =>
    `smtp://ada:${password}@127.0.0.1:${server.port}`;
  assertEquals(await wrongs({ SMTP_URL: url("right-one") }), []);
  const found = await wrongs({ SMTP_URL: url("wrong-one") });
  assertTold(found, "SMTP_URL", /refuses the user name or password/);
  assert(!JSON.stringify(found).includes("wrong-one"));
});

trial(
  "a mail server that would hear the password unencrypted",
  async ({ wrongs }) => {
    await using server = await mailServer("ada", "right-one");
    // This machine by an address that does not look like it.
    const url = `smtp://ada:right-one@[::ffff:127.0.0.1]:${server.port}`;
    assertTold(await wrongs({ SMTP_URL: url }), "SMTP_URL", /no encrypted/);
  },
);

trial("a mail server by the scheme of another port", async ({ wrongs }) => {
  await using server = await mailServer("ada", "right-one");
  const url = `smtps://ada:right-one@127.0.0.1:${server.port}`;
  const found = await wrongs({ SMTP_URL: url });
  assertTold(
    found,
    "SMTP_URL",
    /smtps:\/\/ for port 465 and smtp:\/\/ for 587/,
  );
});

trial("a mail server nobody runs", async ({ wrongs }) => {
  const [port] = freePorts(1);
  const found = await wrongs({ SMTP_URL: `smtp://127.0.0.1:${port}` });
  assertTold(found, "SMTP_URL", /cannot be reached/);
});

trial("an AWS account that is right", async ({ wrongs }) => {
  await using aws = awsAccount();
  assertEquals(await wrongs(aws.env), []);
});

trial("an AWS secret of another key", async ({ wrongs }) => {
  await using aws = awsAccount();
  const secret = "fedcba9876543210fedcba9876543210fedcba98";
  const found = await wrongs({ ...aws.env, AWS_SECRET_ACCESS_KEY: secret });
  assertTold(found, "AWS_SECRET_ACCESS_KEY", /Rekognition/);
  assertTold(found, "AWS_SECRET_ACCESS_KEY", /S3/);
  assert(!JSON.stringify(found).includes(secret));
});

trial("an AWS user without the policy", async ({ wrongs }) => {
  await using aws = awsAccount();
  const denied = { code: "AccessDeniedException", status: 400 };
  aws.rekognition.faults.always("CompareFaces", denied);
  assertTold(await wrongs(aws.env), "Rekognition", /IAM policy/);
});

trial("a bucket that is not there", async ({ wrongs }) => {
  await using aws = awsAccount();
  const found = await wrongs({ ...aws.env, S3_BUCKET: "chat-elsewhere" });
  assertTold(found, "S3_BUCKET", /no bucket/);
});

trial("a Google key that is none", async ({ folder, wrongs }) => {
  const google = { GOOGLE_CLOUD_PROJECT: "chat", GCS_BUCKET: "chat-clips" };
  const name = "GOOGLE_APPLICATION_CREDENTIALS";
  const nowhere = await wrongs({ ...google, [name]: `${folder}/none.json` });
  assertTold(nowhere, name, /cannot be read/);
  await Deno.writeTextFile(`${folder}/key.json`, '{"type":"service_account"}');
  const other = await wrongs({ ...google, [name]: `${folder}/key.json` });
  assertTold(other, name, /lacks client_email or private_key/);
});

trial("a Google account, and one without the roles", async ({ wrongs }) => {
  await using google = await googleAccount();
  assertEquals(await wrongs(google.env), []);
  google.speech.fail({ code: 7, message: "The caller may not." });
  google.storage.fail({ status: 403, message: "Forbidden", times: 9 });
  const found = await wrongs(google.env);
  assertTold(found, "Google Speech", /roles\/speech\.client/);
  assertTold(found, "GCS_BUCKET", /roles\/storage\.objectAdmin/);
});

trial("a KV server that is right", async ({ wrongs }) => {
  await using server = kvServer("a-token");
  const env = { DENO_KV_PATH: server.url, DENO_KV_ACCESS_TOKEN: "a-token" };
  assertEquals(await wrongs(env), []);
  assert(server.counts.writes > 0);
});

trial("a KV server that refuses the token", async ({ wrongs }) => {
  await using server = pretend(() => new Response("no", { status: 401 }));
  const found = await wrongs({
    DENO_KV_PATH: server.url,
    DENO_KV_ACCESS_TOKEN: "a-token-of-another-database",
  });
  assertTold(found, "DENO_KV_ACCESS_TOKEN", /refuses/);
  assert(!JSON.stringify(found).includes("another-database"));
});

trial("a KV server that is none", async ({ wrongs }) => {
  await using server = pretend(() => new Response("<h1>Hello</h1>"));
  const found = await wrongs({
    DENO_KV_PATH: server.url,
    DENO_KV_ACCESS_TOKEN: "a-token",
  });
  assertTold(found, "DENO_KV_PATH", /no KV server/);
});

/** Web as the other services see it, with a clock that is wrong by so much. */
const pretendWeb = (skewMs = 0) =>
  pretend(() =>
    Response.json({ keys: [{ kty: "OKP", crv: "Ed25519", x: "abc" }] }, {
      headers: { date: new Date(Date.now() + skewMs).toUTCString() },
    })
  );

trial("an APP_URL that leads elsewhere", async ({ wrongs }) => {
  await using other = pretend(() => new Response("Welcome to nginx!"));
  const found = await wrongs({
    APP_URL: other.url,
    PORT: `${other.port}`,
    TRUST_PROXY: "1",
  });
  assertTold(found, "APP_URL", /does not give web's keys/);
});

trial("a clock ten minutes late", async ({ wrongs }) => {
  await using web = pretendWeb(600_000);
  const found = await wrongs({ APP_URL: web.url, TRUST_PROXY: "1" });
  assertTold(found, "Clock", /(599|60\d) s ahead/);
});

trial("a signing key that is not deployed yet", async ({ wrongs }) => {
  await using web = pretendWeb();
  const key = {
    kty: "OKP",
    crv: "Ed25519",
    x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  };
  const found = await wrongs({
    APP_URL: web.url,
    TRUST_PROXY: "1",
    SIGNING_KEY: JSON.stringify(key),
  });
  assertTold(found, "SIGNING_KEY", /another one/);
  assertEquals(found.length, 1);
  assert(!JSON.stringify(found).includes(key.d));
});

trial("a realtime for another APP_URL", async ({ folder, wrongs }) => {
  await using realtime = await realtimeFor("https://other.invalid", folder);
  const found = await wrongs({ WS_URL: `ws://127.0.0.1:${realtime.port}` });
  assertTold(found, "APP_URL", /realtime refuses pages/);
});

trial("a transcriber for another APP_URL", async ({ wrongs }) => {
  await using transcriber = pretend(() =>
    new Response(null, {
      headers: { "access-control-allow-origin": "https://other.invalid" },
    })
  );
  const found = await wrongs({ TRANSCRIBER_URL: transcriber.url });
  assertTold(found, "APP_URL", /transcriber does not let pages/);
});

trial("services that are not there once they should be", async ({ wrongs }) => {
  const found = await wrongs({}, { live: true });
  assertEquals(found.map(({ about }) => about), [
    "APP_URL",
    "REALTIME_INTERNAL_URL",
    "TRANSCRIBER_INTERNAL_URL",
  ]);
});
