import { addresses } from "../services.ts";
import {
  type Circumstances,
  type Env,
  type Finding,
  ok,
  text,
  wrong,
} from "./finding.ts";
import { type Answer, reach } from "./reach.ts";

/** What the other two services need of web: its public keys. */
export async function checkKeys(
  env: Env,
  about: Circumstances,
): Promise<Finding[]> {
  const { APP_URL } = addresses(env);
  if (!URL.canParse(APP_URL)) return [];
  const found: Finding[] = await checkPair(ownKey(env));
  const url = new URL("/.well-known/jwks.json", APP_URL).href;
  const answer = await reach("APP_URL", url, about, found);
  if (answer === undefined) return found;
  const keys = publicKeys(answer);
  if (keys === undefined) {
    found.push(wrong(
      "APP_URL",
      `APP_URL: ${url} does not give web's keys (HTTP ${answer.response.status}), so realtime and the transcriber would refuse everyone. APP_URL must lead to web, and nothing before it may ask for a login.`,
    ));
  } else if (!keys.some((key) => key.x === ownKey(env)?.x) && ownKey(env)) {
    found.push(wrong(
      "SIGNING_KEY",
      "SIGNING_KEY is not the key web publishes: the running web has another one. Deploy it again with this SIGNING_KEY.",
    ));
  }
  return found.length
    ? found
    : [ok("APP_URL", "Web gives its keys to the other services.")];
}

/** The halves of two different keys look like one key until somebody verifies a token. */
async function checkPair(key?: PublicKey): Promise<Finding[]> {
  const { kty, crv, x, d } = key ?? {};
  if (x?.length !== 43 || d?.length !== 43) return []; // told with the variables
  const bytes = new TextEncoder().encode("doctor");
  const load = (half: JsonWebKey, use: KeyUsage) =>
    crypto.subtle.importKey("jwk", { kty, crv, ...half }, "Ed25519", false, [
      use,
    ]);
  try {
    const signature = await crypto.subtle.sign(
      "Ed25519",
      await load({ x, d }, "sign"),
      bytes,
    );
    const ours = await load({ x }, "verify");
    const fits = await crypto.subtle.verify("Ed25519", ours, signature, bytes);
    if (fits) return [];
  } catch {
    // Not a key at all: the same to whoever wrote it down.
  }
  return [wrong(
    "SIGNING_KEY",
    "SIGNING_KEY: its x and d are not the halves of one key, so nobody would get in. Make a new one as web/DEPLOYMENT.md shows.",
  )];
}

interface PublicKey {
  kty?: string;
  d?: string;
  crv?: string;
  x?: string;
}

function publicKeys({ response, body }: Answer): PublicKey[] | undefined {
  if (!response.ok) return undefined;
  try {
    const { keys } = JSON.parse(body);
    const isList = Array.isArray(keys) &&
      keys.some((key: PublicKey) => key.crv === "Ed25519");
    return isList ? keys : undefined;
  } catch {
    // Not JSON: something else answers there.
    return undefined;
  }
}

function ownKey(env: Env): PublicKey | undefined {
  try {
    return JSON.parse(text(env, "SIGNING_KEY") ?? "null") ?? undefined;
  } catch {
    return undefined; // told with the variables
  }
}
