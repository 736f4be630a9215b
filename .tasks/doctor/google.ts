import {
  type Env,
  type Finding,
  note,
  ok,
  reasonOf,
  text,
  within,
  wrong,
} from "./finding.ts";

const TIMEOUT = 12_000;

/** Google's variables; all or none of them. */
const NAMES = [
  "GOOGLE_APPLICATION_CREDENTIALS",
  "GOOGLE_CLOUD_PROJECT",
  "GCS_BUCKET",
] as const;

/** Speech-to-Text and the bucket of clips, by Google's own libraries. */
export async function checkGoogle(env: Env): Promise<Finding[]> {
  const unset = NAMES.filter((name) => text(env, name) === undefined);
  if (unset.length === NAMES.length) {
    return [note(
      "GOOGLE_APPLICATION_CREDENTIALS",
      "Unset: speech is recognised on the transcriber's own machine.",
    )];
  }
  if (unset.length > 0 && !isOnGoogle(env, unset)) {
    const set = NAMES.find((name) => !unset.includes(name));
    return unset.map((name) =>
      wrong(name, `${name} must be set when ${set} is.`)
    );
  }
  const file = text(env, NAMES[0]);
  const unreadable = file && await checkFile(file);
  if (unreadable) return [unreadable];
  return (await Promise.all([checkSpeech(env), checkBucket(env)])).flat();
}

/** On Cloud Run the service account is the machine's own, and no file names it. */
const isOnGoogle = (env: Env, unset: string[]) =>
  text(env, "K_SERVICE") !== undefined &&
  unset.every((name) => name === NAMES[0]);

async function checkFile(path: string): Promise<Finding | undefined> {
  const name = NAMES[0];
  let content: string;
  try {
    content = await Deno.readTextFile(path);
  } catch (error) {
    return wrong(
      name,
      `${name}: the file cannot be read (${
        reasonOf(error)
      }). It is the path of the service account's JSON key, not the key itself.`,
    );
  }
  try {
    const { type, client_email, private_key } = JSON.parse(content);
    const isKey = type === "service_account" && client_email && private_key;
    if (isKey || type === "external_account") return undefined;
  } catch {
    // The sentence below says what the file should be; the parser might quote the key.
  }
  return wrong(
    name,
    `${name}: the file is not the key of a service account. Make one in the Google Cloud console, under IAM, Service accounts, Keys, as JSON.`,
  );
}

const PERMISSION = /permission|forbidden|denied|403|PERMISSION_DENIED/i;
const LOGIN = /invalid_grant|unauthenticated|401|invalid_client|DECODER/i;

function failed(about: string, error: unknown, role: string): Finding {
  const reason = reasonOf(error);
  if (LOGIN.test(reason)) {
    return wrong(
      NAMES[0],
      `${
        NAMES[0]
      }: Google refuses the key (${reason}). It was deleted, or this machine's clock is wrong.`,
    );
  }
  const advice = PERMISSION.test(reason)
    ? ` Give the service account the role ${role}.`
    : "";
  return wrong(about, `${about}: ${reason}.${advice}`);
}

/** A tenth of a second of silence. */
async function checkSpeech(env: Env): Promise<Finding[]> {
  const { SpeechClient } = await import("@google-cloud/speech");
  const client = new SpeechClient({
    keyFilename: text(env, NAMES[0]),
    projectId: text(env, NAMES[1]),
  });
  try {
    await within(
      TIMEOUT,
      client.recognize({
        config: {
          encoding: "LINEAR16",
          sampleRateHertz: 16_000,
          languageCode: "en-US",
        },
        audio: { content: new Uint8Array(3_200) },
      }, { timeout: TIMEOUT }),
    );
    return [ok("Google Speech", "It answers.")];
  } catch (error) {
    return [failed("Google Speech", error, "roles/speech.client")];
  } finally {
    await client.close();
  }
}

/** The library reads STORAGE_EMULATOR_HOST by itself. */
async function checkBucket(env: Env): Promise<Finding[]> {
  const name = NAMES[2];
  const { Storage } = await import("@google-cloud/storage");
  const storage = new Storage({
    keyFilename: text(env, NAMES[0]),
    projectId: text(env, NAMES[1]),
    retryOptions: { autoRetry: false },
  });
  const file = storage.bucket(text(env, name) ?? "")
    .file(`doctor/${crypto.randomUUID()}`);
  try {
    await within(TIMEOUT, file.save("doctor", { resumable: false }));
    await within(TIMEOUT, file.delete());
    return [ok(name, "Clips can be put and deleted.")];
  } catch (error) {
    return [failed(name, error, "roles/storage.objectAdmin on the bucket")];
  }
}
