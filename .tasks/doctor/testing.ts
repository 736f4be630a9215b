/** What the doctor is tried on: stand-ins on loopback, and an environment that is right. */
import { SMTPServer } from "smtp-server";
import { startRekognition } from "../../web/faces/standins/rekognition.ts";
import { startS3 } from "../../web/faces/standins/s3.ts";
import { GoogleSpeech } from "../../transcriber/testing/google-speech.ts";
import { GoogleStorage } from "../../transcriber/testing/google-storage.ts";
import { endsWithUs } from "../../realtime/tests/ends-with-us.ts";
import { freePorts } from "../free-ports.ts";
import { join } from "../paths.ts";
import { root } from "../services.ts";
import type { Env } from "./finding.ts";

/** An environment without mistakes, for a fresh folder and free ports. */
export function rightEnv(folder: string): Env {
  const [web, realtime, transcriber] = freePorts(3);
  return {
    PORT: `${web}`,
    WS_PORT: `${realtime}`,
    TRANSCRIBER_PORT: `${transcriber}`,
    DATA_DIR: folder,
  };
}

/**
 * A process that ends with the scope it was started in, or with this process if that is first: Deno
 * has ended test processes by an assertion of its own, which runs no clean-up.
 */
async function started(
  command: string,
  args: string[],
  isUp: () => Promise<boolean>,
  env: Record<string, string> = {},
): Promise<AsyncDisposable> {
  const [guard, ...guarded] = endsWithUs(command, ...args);
  const child = new Deno.Command(guard, {
    args: guarded,
    env,
    cwd: root,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  child.status.then(() => ended = true);
  while (!await isUp()) {
    if (ended) {
      await child.stdin.close();
      throw new Error(`${command} ended at its start`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
    },
  };
}

const answers = (url: string) =>
  fetch(url).then(async (answer) => {
    await answer.body?.cancel();
    return answer.ok;
  }, () => false);

const listens = (port: number) =>
  Deno.connect({ hostname: "127.0.0.1", port }).then((connection) => {
    connection.close();
    return true;
  }, () => false);

/** A real redis-server with an append-only file and these settings. */
export async function redisServer(folder: string, ...settings: string[]) {
  const [port] = freePorts(1);
  const process = await started("redis-server", [
    ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder],
    ...["--save", "", "--appendonly", "yes", ...settings],
  ], () => listens(port));
  return { ...process, url: `redis://127.0.0.1:${port}` };
}

/** A real realtime for another APP_URL. */
export async function realtimeFor(appUrl: string, folder: string) {
  const [port] = freePorts(1);
  const process = await started(
    join(root, "node_modules/.bin/bun"),
    ["--no-env-file", "realtime/main.ts"],
    () => answers(`http://127.0.0.1:${port}/healthz`),
    { APP_URL: appUrl, WS_PORT: `${port}`, DATA_DIR: folder },
  );
  return { ...process, port };
}

/** A web server that answers everything with `answer`. */
export function pretend(answer: (request: Request) => Response) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    answer,
  );
  return {
    port: server.addr.port,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Something that speaks just enough of Redis's protocol to say that it is too old. */
export function oldRedis() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const info = "# Server\r\nredis_version:6.2.14\r\naof_enabled:1\r\n";
  async function talk(connection: Deno.Conn) {
    const decoder = new TextDecoder();
    for await (const bytes of connection.readable) {
      const commands = decoder.decode(bytes).match(/^\*\d+\r$/gm) ?? [];
      const asks = /\binfo\b/i.test(decoder.decode(bytes));
      const replies = commands.map(() =>
        asks ? `$${info.length}\r\n${info}\r\n` : "+OK\r\n"
      );
      await connection.write(new TextEncoder().encode(replies.join("")));
    }
  }
  const listening = (async () => {
    for await (const connection of listener) {
      talk(connection).catch(() => {}); // the doctor hung up: it knows enough
    }
  })();
  return {
    url: `redis://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await listening;
    },
  };
}

/** A real mail server that knows one user. */
export async function mailServer(user: string, password: string) {
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    allowInsecureAuth: true,
    logger: false,
    onAuth({ username, password: given }, _session, done) {
      if (username === user && given === password) done(null, { user });
      else done(new Error("Invalid username or password"));
    },
  });
  // A client that leaves after a refusal is no error of ours.
  server.on("error", () => {});
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const address = server.server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

/** Rekognition and S3 as one account sees them. */
export function awsAccount() {
  const signer = {
    accessKeyId: "AKIA5TESTTESTTEST123",
    secretAccessKey: "0123456789abcdef0123456789abcdef01234567",
    region: "eu-central-1",
  };
  const rekognition = startRekognition(signer);
  const s3 = startS3(signer, "chat-selfies");
  return {
    rekognition,
    s3,
    env: {
      AWS_ACCESS_KEY_ID: signer.accessKeyId,
      AWS_SECRET_ACCESS_KEY: signer.secretAccessKey,
      AWS_REGION: signer.region,
      S3_BUCKET: "chat-selfies",
      AWS_ENDPOINT_URL_REKOGNITION: rekognition.url,
      AWS_ENDPOINT_URL_S3: s3.url,
    },
    async [Symbol.asyncDispose]() {
      await rekognition.close();
      await s3.close();
    },
  };
}

/** Speech-to-Text and a bucket as one account sees them. */
export async function googleAccount() {
  const speech = await GoogleSpeech.start([]);
  const storage = new GoogleStorage();
  return {
    speech,
    storage,
    env: {
      // As on Cloud Run, where the account is the service's own.
      K_SERVICE: "transcriber",
      GOOGLE_CLOUD_PROJECT: "chat-123456",
      GCS_BUCKET: storage.bucket,
      GOOGLE_SPEECH_STANDIN: speech.address,
      GOOGLE_STORAGE_STANDIN: storage.url,
    },
    async [Symbol.asyncDispose]() {
      await speech[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}
