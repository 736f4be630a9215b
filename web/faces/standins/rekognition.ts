/**
 * A stand-in for Amazon Rekognition on loopback: its JSON 1.1 protocol, its limits and its
 * errors. It decides with the local engine's networks, so that the same photos match; eyes and
 * coverings it cannot see: `patch` says what it shall report of them.
 */
import type { FaceDetail } from "@aws-sdk/client-rekognition";
import { descriptorDistance } from "../template.ts";
import { broken, FaultList, silence } from "./faults.ts";
import { checkSignature, type Signer } from "./sigv4.ts";
import { seeFaces, similarityOf } from "./vision.ts";

type Call = { operation: string; input: Record<string, unknown> };

const PREFIX = "RekognitionService.";
const MAX_BYTES = 5 * 1024 * 1024;
const ATTRIBUTES = new Set([
  ...["DEFAULT", "ALL", "AGE_RANGE", "BEARD", "EMOTIONS", "EYE_DIRECTION"],
  ...["EYEGLASSES", "EYES_OPEN", "GENDER", "MOUTH_OPEN", "MUSTACHE"],
  ...["FACE_OCCLUDED", "SMILE", "SUNGLASSES"],
]);
const FILTERS = new Set(["NONE", "AUTO", "LOW", "MEDIUM", "HIGH"]);
const SIGNATURE_PROBLEMS = {
  "missing": "MissingAuthenticationTokenException",
  "unknown-key": "UnrecognizedClientException",
  "wrong-region": "InvalidSignatureException",
  "wrong-signature": "InvalidSignatureException",
  "wrong-body": "InvalidSignatureException",
} as const;

class ServiceError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface RekognitionStandIn {
  url: string;
  faults: FaultList;
  /** Every call that was understood, oldest first. */
  calls: Call[];
  /** Changes what is reported of each face. */
  patch: (face: FaceDetail) => FaceDetail;
  close(): Promise<void>;
}

/** Starts the stand-in on a free port. */
export function startRekognition(signer: Signer): RekognitionStandIn {
  const faults = new FaultList();
  const calls: Call[] = [];
  const ending = new AbortController();

  async function handle(request: Request): Promise<Response> {
    const body = await request.bytes();
    const problem = checkSignature(request, body, "rekognition", signer);
    if (problem) {
      throw new ServiceError(SIGNATURE_PROBLEMS[problem], "Not authenticated.");
    }
    const operation = operationOf(request);
    const fault = faults.take(operation);
    if (fault === "broken") return broken();
    if (typeof fault === "string") return await silence(ending.signal);
    if (fault) {
      throw new ServiceError(
        fault.code,
        fault.message ?? "As told.",
        fault.status,
      );
    }
    const input = JSON.parse(new TextDecoder().decode(body));
    calls.push({ operation, input });
    if (operation === "DetectFaces") return answer(await detectFaces(input));
    if (operation === "CompareFaces") return answer(await compareFaces(input));
    throw new ServiceError("UnknownOperationException", "");
  }

  async function detectFaces(input: Record<string, unknown>) {
    const attributes = input.Attributes ?? ["DEFAULT"];
    if (
      !Array.isArray(attributes) || !attributes.every((a) => ATTRIBUTES.has(a))
    ) throw invalid("ValidationException");
    const faces = await facesIn(input.Image);
    const extra: FaceDetail = {};
    const asked = (name: string) =>
      attributes.includes(name) || attributes.includes("ALL");
    const no = { Value: false, Confidence: 99 };
    if (asked("EYES_OPEN")) extra.EyesOpen = { Value: true, Confidence: 99 };
    if (asked("FACE_OCCLUDED")) extra.FaceOccluded = no;
    if (asked("SUNGLASSES")) extra.Sunglasses = no;
    const FaceDetails = faces.map(({ detail }) =>
      standIn.patch({ ...detail, ...extra })
    );
    return { FaceDetails, OrientationCorrection: "ROTATE_0" };
  }

  async function compareFaces(input: Record<string, unknown>) {
    const threshold = input.SimilarityThreshold ?? 80;
    if (typeof threshold !== "number" || threshold < 0 || threshold > 100) {
      throw invalid("InvalidParameterException");
    }
    if (!FILTERS.has(String(input.QualityFilter ?? "NONE"))) {
      throw invalid("ValidationException");
    }
    const [source] = await facesIn(input.SourceImage);
    const targets = await facesIn(input.TargetImage);
    if (!source || targets.length === 0) {
      throw invalid("InvalidParameterException");
    }
    const compared = targets.map(({ detail, descriptor }) => ({
      Face: standIn.patch(detail),
      Similarity: similarityOf(
        descriptorDistance(source.descriptor, descriptor),
      ),
    }));
    return {
      SourceImageFace: {
        BoundingBox: source.detail.BoundingBox,
        Confidence: source.detail.Confidence,
      },
      FaceMatches: compared.filter(({ Similarity }) => Similarity >= threshold),
      UnmatchedFaces: compared
        .filter(({ Similarity }) => Similarity < threshold)
        .map(({ Face }) => Face),
    };
  }

  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => handle(request).catch(refuse),
  );
  const standIn: RekognitionStandIn = {
    url: `http://127.0.0.1:${server.addr.port}`,
    faults,
    calls,
    patch: (face) => face,
    async close() {
      ending.abort();
      await server.shutdown();
    },
  };
  return standIn;
}

function operationOf(request: Request): string {
  const target = request.headers.get("x-amz-target") ?? "";
  const isJson = request.headers.get("content-type") ===
    "application/x-amz-json-1.1";
  if (
    request.method !== "POST" || !isJson || !target.startsWith(PREFIX)
  ) throw new ServiceError("UnknownOperationException", "");
  return target.slice(PREFIX.length);
}

/** An image is bytes in base64 here; in a bucket the stand-in has none. */
async function facesIn(image: unknown) {
  const base64 = image && typeof image === "object" && "Bytes" in image
    ? String(image.Bytes)
    : "";
  if (base64 === "") throw invalid("InvalidParameterException");
  const bytes = Uint8Array.fromBase64(base64);
  if (bytes.length > MAX_BYTES) {
    throw new ServiceError("ImageTooLargeException", "Image size is too large");
  }
  try {
    return await seeFaces(bytes);
  } catch {
    // Whatever the decoder minds, the service has one word for it.
    throw new ServiceError(
      "InvalidImageFormatException",
      "Request has invalid image format",
    );
  }
}

function invalid(name: string): ServiceError {
  return new ServiceError(name, "Request has invalid parameters");
}

function answer(output: unknown): Response {
  return json(200, output);
}

function refuse(error: unknown): Response {
  if (error instanceof ServiceError) {
    return json(error.status, { __type: error.name, Message: error.message });
  }
  console.error(error);
  return json(500, { __type: "InternalServerError", Message: "" });
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-requestid": crypto.randomUUID(),
    },
  });
}
