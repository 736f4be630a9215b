/** Checks a request's signature as AWS does: Signature Version 4, in the Authorization header. */
import { createHash, createHmac } from "node:crypto";

export interface Signer {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

/** What is wrong with a signature, by the names the services share. */
export type SignatureProblem =
  | "missing"
  | "unknown-key"
  | "wrong-region"
  | "wrong-signature"
  | "wrong-body";

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * The problem with a request's signature; null when there is none.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function checkSignature(
  request: Request,
  body: Uint8Array,
  service: string,
  signer: Signer,
): SignatureProblem | null {
  const { headers } = request;
  const parts = headers.get("authorization")?.match(AUTHORIZATION);
  const time = headers.get("x-amz-date");
  if (!parts || !time) return "missing";
  const [, key, day, region, signedService, signed, signature] = parts;
  if (key !== signer.accessKeyId) return "unknown-key";
  if (region !== signer.region) return "wrong-region";
  if (signedService !== service || !time.startsWith(day)) {
    return "wrong-signature";
  }
  const names = signed.split(";");
  if (!names.includes("host") || !names.includes("x-amz-date")) {
    return "missing";
  }
  const bodyHash = hash(body);
  const stated = headers.get("x-amz-content-sha256") ?? bodyHash;
  if (stated !== bodyHash) return "wrong-body";
  const url = new URL(request.url);
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url),
    ...names.map((name) => `${name}:${headers.get(name)?.trim() ?? ""}`),
    "",
    signed,
    stated,
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n");
  const signingKey = [day, region, service, "aws4_request"].reduce(
    (key: string | Uint8Array, part) =>
      createHmac("sha256", key).update(part).digest(),
    `AWS4${signer.secretAccessKey}`,
  );
  const expected = createHmac("sha256", signingKey).update(toSign).digest(
    "hex",
  );
  return expected === signature ? null : "wrong-signature";
}

function hash(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map((pair) => pair.map(encodeURIComponent).join("="))
    .sort()
    .join("&");
}
