import { protos } from "@google-cloud/speech";
import { decodeAudio } from "../audio/decode.ts";
import { sniff } from "../audio/sniff.ts";

/** The messages of the service, as its SDK types them. */
export interface Api {
  IRecognizeRequest: protos.google.cloud.speech.v1.IRecognizeRequest;
  ILongRunningRecognizeRequest:
    protos.google.cloud.speech.v1.ILongRunningRecognizeRequest;
  IStreamingRecognizeRequest:
    protos.google.cloud.speech.v1.IStreamingRecognizeRequest;
  IStreamingRecognizeResponse:
    protos.google.cloud.speech.v1.IStreamingRecognizeResponse;
  IRecognitionConfig: protos.google.cloud.speech.v1.IRecognitionConfig;
}

/** An answer that is an error, as gRPC carries it. */
export interface Refusal extends Error {
  code: number;
  /** A serialised `google.rpc.Status`. */
  details?: Uint8Array;
}

export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && "code" in error && typeof error.code === "number";

export function refusal(
  code: number,
  message: string,
  reason?: string,
): Refusal {
  return Object.assign(new Error(message), {
    code,
    details: reason ? statusWith(code, message, reason) : undefined,
  });
}

function statusWith(code: number, message: string, reason: string) {
  const { Status } = protos.google.rpc;
  const text = new TextEncoder();
  // google.rpc.ErrorInfo, which the SDK's own types leave out: 1 reason, 2 domain.
  const field = (number: number, value: string) => [
    number << 3 | 2,
    text.encode(value).length,
    ...text.encode(value),
  ];
  const value = new Uint8Array([
    ...field(1, reason),
    ...field(2, "googleapis.com"),
  ]);
  const type_url = "type.googleapis.com/google.rpc.ErrorInfo";
  const details = [{ type_url, value }];
  return Status.encode(Status.fromObject({ code, message, details })).finish();
}

const INLINE_BYTES = 10_485_760;
const OPUS_RATES = [8_000, 12_000, 16_000, 24_000, 48_000];

/**
 * The audio of a request at 16 kHz, after the checks the service makes.
 * @throws {Refusal} INVALID_ARGUMENT or NOT_FOUND in the service's own words
 */
export async function checkedAudio(
  { config, audio }: Pick<Api["IRecognizeRequest"], "config" | "audio">,
  maxSeconds: number,
  objects: Map<string, Uint8Array>,
): Promise<Int16Array> {
  const invalid = (message: string) => refusal(3, message);
  if (!config?.languageCode) throw invalid("Invalid language code.");
  const rate = config.sampleRateHertz ?? 0;
  const bytes = audio?.uri
    ? objects.get(audio.uri)
    : audio?.content as Uint8Array | undefined;
  if (!bytes) throw refusal(5, `Requested entity was not found.`);
  if (!audio?.uri && bytes.length > INLINE_BYTES) {
    throw invalid(`Request payload size exceeds the limit: ${INLINE_BYTES}.`);
  }
  const pcm = await decoded(bytes, String(config.encoding), rate);
  if (pcm === null) throw invalid("Invalid recognition 'config': bad encoding");
  if (pcm.length > maxSeconds * 16_000) {
    throw invalid(
      "Sync input too long. For audio longer than 1 min use LongRunningRecognize with a 'uri' parameter.",
    );
  }
  return pcm;
}

/** Null when the bytes are not what the request says they are. */
async function decoded(bytes: Uint8Array, encoding: string, rate: number) {
  if (encoding === "LINEAR16") {
    const looksEncoded = sniff(bytes) !== null;
    const right = rate === 16_000 && bytes.length % 2 === 0 && !looksEncoded;
    return right ? new Int16Array(new Uint8Array(bytes).buffer) : null;
  }
  if (!OPUS_RATES.includes(rate)) return null;
  const { signal } = new AbortController();
  const { format, pcm, opusRate } = await decodeAudio(bytes, {
    signal,
    maxSeconds: 480 * 60,
  });
  return encoding === `${format.toUpperCase()}_OPUS` && opusRate === rate
    ? pcm
    : null;
}
