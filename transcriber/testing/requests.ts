import { assert } from "@std/assert";
import { tone, wavFile } from "./files.ts";

/** A second of a tone. */
export const wav = wavFile(tone(440, 1, 16_000), { rate: 16_000, bits: 16 });
export const post = (
  body: BodyInit,
  type = "audio/wav",
  headers: Record<string, string> = {},
): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": type, ...headers },
});
export const json = (value: unknown, headers?: Record<string, string>) =>
  post(JSON.stringify(value), "application/json", headers);

/** `status code` of a failed answer; checks that it is one a person can read. */
export async function failure(response: Response): Promise<string> {
  const { error } = await response.json();
  assert(/^[A-Z].*[.]$/.test(error.message), error.message);
  return `${response.status} ${error.code}`;
}
