import type { Config } from "../config.ts";
import type { Services } from "../services.ts";

/** What it takes to ask. */
export type Asking = Pick<Services, "signer"> & {
  config: Pick<Config, "transcriberUrl">;
};

/**
 * Asks the transcriber for something as web, and gives what it answers; undefined for an answer
 * without a body.
 *
 * @throws {Error} when it cannot be reached, does not answer in time or refuses.
 */
export async function askTranscriber<T>(
  { signer, config }: Asking,
  path: string,
  body: unknown,
  timeoutMs = 3_000,
): Promise<T | undefined> {
  const token = await signer.serviceToken("transcriber");
  const answer = await fetch(config.transcriberUrl + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
    redirect: "error",
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`the transcriber answered ${answer.status}`);
  }
  const text = await answer.text();
  return text === "" ? undefined : JSON.parse(text) as T;
}
