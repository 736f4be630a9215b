import type { Env } from "./finding.ts";

const SECRET_NAME = /PASS|SECRET|TOKEN|KEY/;
const URL_NAME = /URL|PATH/;

/** Every part of the environment that must never be printed. */
function secretsOf(env: Env): string[] {
  const secrets: string[] = [];
  for (const [name, value = ""] of Object.entries(env)) {
    if (SECRET_NAME.test(name)) secrets.push(value, ...partsOf(value));
    if (!URL_NAME.test(name)) continue;
    for (const part of value.split(",")) {
      const password = URL.parse(part.trim())?.password ?? "";
      secrets.push(password, decode(password));
    }
  }
  // A one-letter "secret" would blank every sentence, and is reported as too short elsewhere.
  return secrets.map((secret) => secret.trim()).filter((s) => s.length > 3)
    .sort((a, b) => b.length - a.length);
}

/** A list's items; of a key as JSON, which may be cut off anywhere, what is long. */
const partsOf = (value: string): string[] =>
  value.trim().startsWith("{")
    ? value.match(/[\w+/=-]{8,}/g) ?? []
    : value.split(",");

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded text; it is looked for as it stands.
    return text;
  }
}

/** Takes the secrets of an environment out of what a library said. */
export function scrubber(env: Env): (sentence: string) => string {
  const secrets = secretsOf(env);
  return (sentence) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, "[…]"), sentence);
}
