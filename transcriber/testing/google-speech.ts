import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import { protos } from "@google-cloud/speech";
import {
  loadPackageDefinition,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { type Api, checkedAudio, isRefusal, refusal } from "./google-checks.ts";
import { final, resultsOf } from "./google-answers.ts";
import { Script } from "./scripted.ts";
import type { Heard } from "./scripted.ts";

const V1 = protos.google.cloud.speech.v1;
const { nested } = createRequire(import.meta.url)(
  "@google-cloud/speech/build/protos/protos.json",
);

/** Seconds the service takes for a second of audio. */
const PACE = 0.02;

/** Bytes of audio in one message of a stream. */
const STREAM_BYTES = 25 * 1024;

/** A failure to answer next, as the service would. */
export interface Planned {
  code: number;
  message: string;
  /** `google.rpc.ErrorInfo.reason`. */
  reason?: string;
  /** Of streams: only after this many messages of audio. */
  after?: number;
  /** Of streams: in an answer rather than as the end of the call. */
  inAnswer?: boolean;
  /** Of long-running recognition: once it is under way, as how it ended. */
  inOperation?: boolean;
  /** How many times; without it once. */
  times?: number;
}

/** Speech-to-Text v1 on this machine: its wire protocol, its limits and its errors. */
export class GoogleSpeech implements AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  /** The configuration of every request, in order. */
  readonly seen: Api["IRecognitionConfig"][] = [];
  readonly methods: string[] = [];
  /** Calls that were given up by the client. */
  cancelled = 0;
  /** What lies in buckets, by gs:// address. */
  readonly objects: Map<string, Uint8Array>;
  /** What it understands. */
  readonly script: Script;
  #server: Server;
  #planned: Planned[] = [];
  #operations = new Map<string, { polls: number; results: unknown[] }>();

  private constructor(
    server: Server,
    port: number,
    script: Script,
    objects: Map<string, Uint8Array>,
  ) {
    this.#server = server;
    this.script = script;
    this.address = `127.0.0.1:${port}`;
    this.objects = objects;
  }

  static async start(
    sentences: string[],
    objects = new Map<string, Uint8Array>(),
  ): Promise<GoogleSpeech> {
    const server = new Server();
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(
        "127.0.0.1:0",
        ServerCredentials.createInsecure(),
        (error, bound) => error ? reject(error) : resolve(bound),
      )
    );
    const script = await Script.of(...sentences);
    const standin = new GoogleSpeech(server, port, script, objects);
    standin.#serve();
    return standin;
  }

  /** Has the next request fail. */
  fail(planned: Planned): void {
    for (let i = 0; i < (planned.times ?? 1); i++) this.#planned.push(planned);
  }

  /** Nothing is planned any more. */
  forget(): void {
    this.#planned = [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }

  #serve(): void {
    const definition = fromJSON({ nested }, {
      longs: String,
      enums: String,
      defaults: true,
      oneofs: true,
    });
    // deno-lint-ignore no-explicit-any -- the tree is as deep as the package names, and untyped
    const root = loadPackageDefinition(definition) as any;
    const serviceOf = (from: ServiceClientConstructor) => from.service;
    this.#server.addService(serviceOf(root.google.cloud.speech.v1.Speech), {
      recognize: this.#unary("recognize", (request) => this.#sync(request)),
      longRunningRecognize: this.#unary(
        "longRunningRecognize",
        (request) => this.#begin(request),
      ),
      streamingRecognize: (
        call: ServerDuplexStream<
          Api["IStreamingRecognizeRequest"],
          Api["IStreamingRecognizeResponse"]
        >,
      ) => this.#stream(call),
    });
    this.#server.addService(
      serviceOf(root.google.longrunning.Operations),
      {
        getOperation: this.#unary(
          "getOperation",
          ({ name }: { name?: string }) => this.#poll(name ?? ""),
        ),
        cancelOperation: this.#unary("cancelOperation", () => {
          this.cancelled++;
          return {};
        }),
      },
    );
  }

  #unary<Request, Answer>(
    name: string,
    answer: (request: Request) => Answer | Promise<Answer>,
  ) {
    return async (
      call: ServerUnaryCall<Request, Answer>,
      reply: sendUnaryData<Answer>,
    ) => {
      this.methods.push(name);
      try {
        const asked = name === "getOperation" || name === "cancelOperation";
        if (!asked) this.#failIfPlanned();
        reply(null, await answer(call.request));
      } catch (error) {
        reply(serviceError(error));
      }
    };
  }

  #failIfPlanned(): void {
    if (this.#planned[0]?.inOperation) return;
    const planned = this.#planned.shift();
    if (planned) throw refusal(planned.code, planned.message, planned.reason);
  }

  async #sync(request: Api["IRecognizeRequest"]) {
    this.seen.push(request.config ?? {});
    const pcm = await checkedAudio(request, 60, this.objects);
    await pace(pcm);
    return { results: this.script.hearAll(pcm).map(final) };
  }

  async #begin(request: Api["ILongRunningRecognizeRequest"]) {
    this.seen.push(request.config ?? {});
    if (!request.audio?.uri) {
      throw refusal(
        3,
        "Inline audio exceeds duration limit. Please use a GCS URI.",
      );
    }
    const pcm = await checkedAudio(request, 480 * 60, this.objects);
    const name = String(this.#operations.size + 1);
    const results = this.script.hearAll(pcm).map(final);
    this.#operations.set(name, { polls: 0, results });
    return { name, done: false };
  }

  #poll(name: string) {
    const operation = this.#operations.get(name);
    if (!operation) throw refusal(5, "Operation not found.");
    if (++operation.polls < 2) return { name, done: false };
    if (this.#planned[0]?.inOperation) {
      const { code, message } = this.#planned.shift()!;
      return { name, done: true, error: { code, message } };
    }
    const { results } = operation;
    const type = "LongRunningRecognizeResponse";
    const value = V1[type].encode(V1[type].fromObject({ results })).finish();
    const type_url = `type.googleapis.com/google.cloud.speech.v1.${type}`;
    return { name, done: true, response: { type_url, value } };
  }

  #stream(
    call: ServerDuplexStream<
      Api["IStreamingRecognizeRequest"],
      Api["IStreamingRecognizeResponse"]
    >,
  ): void {
    this.methods.push("streamingRecognize");
    call.on("cancelled", () => this.cancelled++);
    call.on("error", () => {}); // "cancelled" has counted it
    const [planned] = this.#planned;
    let pcm = new Int16Array(), settled = 0, messages = 0, configured = false;
    const tell = (heard: Heard[]) => {
      const results = resultsOf(heard.slice(settled));
      settled = heard.filter((stretch) => stretch.settled).length;
      // The service answers a result in a message of its own when it settles.
      for (const result of results) call.write({ results: [result] });
    };
    call.on("data", (message) => {
      if (message.streamingConfig) {
        configured = true;
        this.seen.push(message.streamingConfig.config ?? {});
        return;
      }
      const bytes: Uint8Array = message.audioContent;
      const problem = !configured
        ? "The first message must contain a streaming_config."
        : bytes.length > STREAM_BYTES
        ? `Audio content of ${bytes.length} bytes exceeds the limit.`
        : null;
      if (problem) return call.emit("error", serviceError(refusal(3, problem)));
      if (planned && ++messages > (planned.after ?? 0)) {
        this.#planned.shift();
        const { code, message, reason } = planned;
        messages = -Infinity; // once
        if (planned.inAnswer) return call.write({ error: { code, message } });
        call.emit("error", serviceError(refusal(code, message, reason)));
        return;
      }
      pcm = joined(pcm, bytes);
      tell(this.script.hear(pcm));
    });
    call.on("end", () => {
      tell(this.script.hearAll(pcm));
      call.end();
    });
  }
}

function joined(pcm: Int16Array, bytes: Uint8Array) {
  const more = new Int16Array(new Uint8Array(bytes).buffer);
  const all = new Int16Array(pcm.length + more.length);
  all.set(pcm);
  all.set(more, pcm.length);
  return all;
}

const pace = (pcm: Int16Array) =>
  new Promise((resolve) => setTimeout(resolve, pcm.length / 16 * PACE));

function serviceError(error: unknown): ServiceError {
  const failed = isRefusal(error)
    ? error
    : refusal(13, error instanceof Error ? error.message : "internal");
  const metadata = new Metadata();
  if (failed.details) {
    metadata.add("grpc-status-details-bin", Buffer.from(failed.details));
  }
  return Object.assign(new Error(failed.message), {
    code: failed.code,
    details: failed.message,
    metadata,
  });
}
