import process from "node:process";
import type { SpeechClient } from "@google-cloud/speech";

/**
 * How Google is reached. Credentials are those of the environment, as Google's libraries find them:
 * the file of GOOGLE_APPLICATION_CREDENTIALS, or on Cloud Run the service's own account.
 */
export interface GoogleAccess {
  /** GOOGLE_CLOUD_PROJECT. */
  project: string;
  /** `host:port` of a stand-in on this machine, spoken to without TLS and without credentials. */
  standin?: string;
}

/**
 * Keeps Google's libraries from asking a metadata server that is not there, which would hold the
 * first call up for seconds: only Cloud Run has one, and a key file makes it needless.
 */
export function prepareGoogleAuth(standin?: string): void {
  const { GOOGLE_APPLICATION_CREDENTIALS: keyFile } = process.env;
  const needless = Boolean(keyFile) || standin !== undefined;
  process.env.METADATA_SERVER_DETECTION ??= needless
    ? "none"
    : "assume-present";
}

/** Loads the SDK, some 300 ms, and makes a client; it connects with the first call. */
export async function speechClient(
  { project: projectId, standin }: GoogleAccess,
): Promise<SpeechClient> {
  prepareGoogleAuth(standin);
  const { SpeechClient } = await import("@google-cloud/speech");
  const client = standin === undefined
    ? new SpeechClient({ projectId })
    : new SpeechClient({ projectId, ...await insecure(standin) });
  // Bad credentials reject here. In a call of its own the SDK would leave that rejection
  // unhandled, which ends the process.
  await client.initialize();
  return client;
}

async function insecure(standin: string) {
  const { credentials } = await import("@grpc/grpc-js");
  const { hostname, port } = new URL(`http://${standin}`);
  const sslCreds = credentials.createInsecure();
  return { apiEndpoint: hostname, port: Number(port), sslCreds };
}
