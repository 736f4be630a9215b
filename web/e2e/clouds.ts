/** Stand-ins for every cloud engine, which speak the services' own protocols on loopback. */
import PostalMime from "postal-mime";
import type { Page } from "playwright-core";
import { redisServer } from "../../.tasks/doctor/testing.ts";
import { GoogleSpeech } from "../../transcriber/testing/google-speech.ts";
import { GoogleStorage } from "../../transcriber/testing/google-storage.ts";
import { startAws } from "../faces/standins/aws.ts";
import { seeFaces } from "../faces/standins/vision.ts";
import { selfieOf } from "../faces/test-photos.ts";
import { smtpServer } from "../mail/smtp-testing.ts";
import type { OpenLink } from "./people.ts";
import { eventually } from "./patience.ts";

/**
 * Starts them all: Rekognition and S3, Speech-to-Text and Cloud Storage, a mail server and a
 * redis-server. Dispose of them when done.
 * @param sentence what Speech-to-Text will be told
 */
export async function startClouds(sentence: string) {
  await using starting = new AsyncDisposableStack();
  const aws = startAws();
  starting.defer(() => aws.close());
  // Loading the networks takes longer on a busy machine than web waits for an answer.
  await seeFaces(await selfieOf("ada"));
  const storage = starting.use(new GoogleStorage());
  const speech = starting.use(
    await GoogleSpeech.start([sentence], storage.byUri),
  );
  // What Chromium records is a little longer than what Flite said.
  speech.script.tolerance = 0.5;
  const smtp = starting.use(await smtpServer({ hideSTARTTLS: true }));
  const redisDir = await Deno.makeTempDir({ prefix: "chatsphere-redis-" });
  starting.defer(() => Deno.remove(redisDir, { recursive: true }));
  const redis = starting.use(await redisServer(redisDir));
  const started = starting.move();
  return {
    ...aws,
    storage,
    speech,
    smtp,
    redis,
    env: {
      ...aws.env,
      SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      REDIS_URL: redis.url,
      // As on Cloud Run, where the account is the service's own.
      K_SERVICE: "transcriber",
      GOOGLE_CLOUD_PROJECT: "chat-123456",
      GCS_BUCKET: storage.bucket,
      GOOGLE_SPEECH_STANDIN: speech.address,
      GOOGLE_STORAGE_STANDIN: storage.url,
    },
    /** As {@link OpenLink} says, once such an e-mail has come. */
    async openLink(
      page: Page,
      email: string,
      path: Parameters<OpenLink>[2],
    ): Promise<void> {
      const link = new RegExp(`http\\S+/${path}/[\\w-]+`);
      const { source } = await eventually(
        () => smtp.taken.findLast(({ to }) => to.includes(email)),
        () => `No e-mail came to ${email}`,
      );
      const { text = "" } = await PostalMime.parse(source);
      await page.goto(link.exec(text)![0]);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
