import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../realtime/common/config-error.ts";
import { readConfig } from "./config.ts";
import type { Environment } from "./environment.ts";

const KEY = {
  type: "service_account",
  client_email: "chat@chat.iam.gserviceaccount.com",
  private_key: "secret",
};

async function withKey(
  key: unknown,
  use: (env: Environment) => void,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const text = typeof key === "string" ? key : JSON.stringify(key);
    await Deno.writeTextFile(path, text);
    use({
      GOOGLE_APPLICATION_CREDENTIALS: path,
      GOOGLE_CLOUD_PROJECT: "chat-123456",
      GCS_BUCKET: "chat-clips",
    });
  } finally {
    await Deno.remove(path);
  }
}

const refused = (env: Environment): string =>
  assertThrows(() => readConfig(env), ConfigError).message;

Deno.test("google is used when all of it is set", () =>
  withKey(KEY, (env) => {
    assertEquals(readConfig(env).google, {
      project: "chat-123456",
      bucket: "chat-clips",
      speechStandin: undefined,
      storageStandin: undefined,
    });
  }));

Deno.test("google half set is refused, with the name of what is missing", () =>
  withKey(KEY, (env) => {
    const names = Object.keys(env) as (keyof Environment)[];
    for (const name of names) {
      const message = refused({ ...env, [name]: "" });
      assert(message.startsWith(`${name} is not set`), message);
      assertEquals(
        refused({ [name]: env[name] }).startsWith(`${name} is not`),
        false,
      );
    }
  }));

Deno.test("on Cloud Run the service's own account is enough, and PORT is the port", () => {
  const env = {
    K_SERVICE: "transcriber",
    PORT: "8080",
    GOOGLE_CLOUD_PROJECT: "chat-123456",
    GCS_BUCKET: "chat-clips",
  };
  const { google, port } = readConfig(env);
  assertEquals([google?.bucket, port], ["chat-clips", 8080]);
  assertEquals(readConfig({ ...env, TRANSCRIBER_PORT: "9000" }).port, 9000);
});

Deno.test("what is malformed is named", () =>
  withKey(KEY, (env) => {
    const cases: Environment[] = [
      { GCS_BUCKET: "gs://chat-clips" },
      { GCS_BUCKET: "chat-clips/folder" },
      { GOOGLE_CLOUD_PROJECT: "My chat" },
      { GOOGLE_CLOUD_PROJECT: "123456789" },
      { GOOGLE_APPLICATION_CREDENTIALS: "/nonexistent/key.json" },
      { GOOGLE_SPEECH_STANDIN: "speech.googleapis.com:443" },
      { GOOGLE_STORAGE_STANDIN: "http://example.org" },
      { GOOGLE_STORAGE_STANDIN: "127.0.0.1:80" },
    ];
    for (const wrong of cases) {
      const message = refused({ ...env, ...wrong });
      assert(message.startsWith(Object.keys(wrong)[0]), message);
    }
  }));

Deno.test("a key file is checked before it is needed, and never repeated", async () => {
  const cases: [unknown, string][] = [
    ["secret", "is not JSON"],
    ["null", "has no type"],
    [{ private_key: "secret" }, "has no type"],
    [{ type: "service_account", private_key: "secret" }, "lacks client_email"],
  ];
  for (const [key, problem] of cases) {
    await withKey(key, (env) => {
      const message = refused(env);
      assert(message.startsWith("GOOGLE_APPLICATION_CREDENTIALS"), message);
      assert(message.includes(problem), message);
      assert(!message.includes("secret"));
    });
  }
  const federated = { type: "external_account" };
  await withKey(federated, (env) => assert(readConfig(env).google));
});
