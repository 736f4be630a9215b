/** The app with a room of Ada’s and a transcriber, for tests of voice notes. */
import { assertEquals } from "@std/assert";
import type { Message } from "../../realtime/protocol.ts";
import { decodeJwt } from "jose";
import type { Account } from "../accounts/types.ts";
import { createRoom } from "../rooms/rooms.ts";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { Bodies } from "../../transcriber/http/bodies.ts";
import type { Clips } from "../../transcriber/clips/clips.ts";
import { Quota } from "../../transcriber/clips/quota.ts";
import { DEFAULT_QUOTA } from "../../transcriber/clips/quota-limits.ts";
import { ApiError } from "../../transcriber/http/errors.ts";
import { RateLimiter } from "../../transcriber/http/limits.ts";
import { Metrics } from "../../transcriber/operations/metrics.ts";
import type {
  TranscribeOptions,
  Transcription,
} from "../../transcriber/recognizers/recognizer.ts";
import { createService } from "../../transcriber/server.ts";
import { SignOuts } from "../../transcriber/access/sign-outs.ts";
import { memoryClips } from "../../transcriber/testing/clips.ts";
import { tone, wavFile } from "../../transcriber/testing/files.ts";
import { OneWord } from "../../transcriber/testing/recognizers.ts";

/** A second of a tone. */
export const RECORDING = wavFile(tone(440, 1, 16_000), {
  rate: 16_000,
  bits: 16,
});

/** An engine that hears three words, or fails. */
export class Hearing extends OneWord {
  failure: "none" | "out" | "nothing" = "none";
  /** What it waits for before it hears. */
  held: Promise<void> = Promise.resolve();
  /** Those of all it was to hear. */
  readonly signals: AbortSignal[] = [];

  override async transcribe(
    pcm: Int16Array,
    { signal }: TranscribeOptions,
  ): Promise<Transcription> {
    this.signals.push(signal);
    await this.held;
    signal.throwIfAborted();
    if (this.failure === "out") {
      throw new ApiError({
        code: "out",
        status: 503,
        message: "Out of order.",
      });
    }
    const words = this.failure === "nothing"
      ? []
      : ["Tea", "is", "ready"].map((word, at) => ({
        ...{ word, start: at / 4, end: (at + 1) / 4, confidence: 0.9 },
      }));
    return {
      text: words.map(({ word }) => word).join(" "),
      words,
      duration: pcm.length / 16_000,
    };
  }
}

export interface Stage {
  app: TestApp;
  ada: { account: Account; cookie: string };
  room: string;
  engine: Hearing;
  /** What the transcriber keeps. */
  clips: Clips;
  /** Of somebody: the ids of their clips. */
  clipsOf(account: Account): Promise<string[]>;
  /** Records as a program does. */
  record(cookie?: string): Promise<Response>;
  /** Sends a message as a program does. */
  post(draft: object, cookie?: string): Promise<Response>;
}

/** A transcriber that takes every token for what it says, and keeps clips in memory. */
export async function startTranscriber(engine = new Hearing()) {
  const clips = memoryClips();
  const folder = await Deno.makeTempDir();
  const service = createService({
    config: {
      ...{ appUrl: "http://localhost", port: 0, host: "127.0.0.1" },
      ...{ dataDir: folder, keys: [], liveStreams: 4, quota: DEFAULT_QUOTA },
    },
    auth: {
      signOuts: new SignOuts(),
      verify(token) {
        const { scope, sub, clip } = decodeJwt<{ clip?: string }>(token ?? "");
        return Promise.resolve(
          scope === "service"
            ? { kind: "service" as const, id: "service" }
            : { kind: "person" as const, id: `person:${sub}`, clip },
        );
      },
    },
    recognizer: engine,
    metrics: new Metrics(engine),
    clips,
    bodies: new Bodies(),
    quota: new Quota(clips),
    limits: new RateLimiter(),
    log: () => {},
    ffmpeg: "/nonexistent/ffmpeg",
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    service.fetch,
  );
  return {
    ...{ engine, clips, url: `http://127.0.0.1:${server.addr.port}` },
    /** What somebody keeps. */
    clipsOf: async ({ id }: Pick<Account, "id">) =>
      (await clips.owned(`person:${id}`)).ids,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await service.drain();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Runs a test on such a transcriber. */
export const onVoices = (run: (stage: Stage) => Promise<void>) => async () => {
  await using transcriber = await startTranscriber();
  const { engine, clips, clipsOf } = transcriber;
  await using app = await testApp({
    TRANSCRIBER_INTERNAL_URL: transcriber.url,
  });
  const ada = await app.person("Ada");
  const { id: room } = await createRoom(app.services, ada.account, "Tea");
  await run({
    ...{ app, ada, room, engine, clips, clipsOf },
    record: (cookie = ada.cookie) =>
      app.ask(`/api/rooms/${room}/voice`, {
        method: "POST",
        body: RECORDING,
        headers: { "content-type": "application/octet-stream" },
        cookie,
      }),
    post: (draft, cookie = ada.cookie) =>
      app.ask("/api/messages", {
        method: "POST",
        body: JSON.stringify({
          ...{ roomId: room, clientId: "c1", content: "" },
          ...draft,
        }),
        headers: { "content-type": "application/json" },
        cookie,
      }),
  });
};

/** A recording of Ada's, and what was heard in it. */
export async function recorded({ record }: Stage) {
  const answer = await record();
  assertEquals(answer.status, 201);
  return await answer.json();
}

/** Sends a recording of Ada's. */
export async function sent(stage: Stage, more: object = {}): Promise<Message> {
  const { voice, text } = await recorded(stage);
  const { clip } = voice;
  const draft = { content: text, voice: { clip }, ...more };
  const answer = await stage.post(draft);
  assertEquals(answer.status, 201);
  return await answer.json();
}

/** The status of an answer whose text does not matter. */
export async function statusOf(answer: Response): Promise<number> {
  await answer.body?.cancel();
  return answer.status;
}

/** What KV has under a key. */
export const notesIn = (kv: Deno.Kv, prefix: Deno.KvKey) =>
  Array.fromAsync(kv.list({ prefix }));
