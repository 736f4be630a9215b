/** Sends to push services (RFC 8030), which know us by one key (VAPID, RFC 8292). */
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import type { Config } from "../../config.ts";
import { type Device, keys } from "../store.ts";
import { encrypt } from "./encrypt.ts";
import { type CheckEndpoint, publicEndpoint } from "./endpoint.ts";
import { Lanes, TURN_MS } from "./lanes.ts";

/** Milliseconds a push service has to answer. */
export const PATIENCE_MS = 5_000;
/** Milliseconds after which it is known what became of a push, however many wait. */
export const LONGEST_SEND_MS = TURN_MS + PATIENCE_MS;
/** Seconds it keeps what it cannot deliver: then the e-mail was read, or the person was here. */
const KEPT_SECONDS = 24 * 60 * 60;
const TOKEN_SECONDS = 12 * 60 * 60;

/**
 * There is no such subscription any more (RFC 8030 §7.3), or it was made for another key than ours
 * (RFC 8292 §4.2), which a browser has after ours was lost.
 */
const GONE = new Set([403, 404, 410]);

/** What became of a push. */
export type Outcome =
  | { kind: "sent" }
  /** The subscription has ended: only another one can be sent to. */
  | { kind: "gone" }
  /** This one is not taken, and would not be later. */
  | { kind: "refused" }
  /** Not now; perhaps in so many milliseconds. */
  | { kind: "later"; waitMs?: number };

export interface Push {
  /** Checks where a subscription leads. @throws {AppError} `push-endpoint` (422) */
  check: CheckEndpoint;
  /** The public key that a browser subscribes with: a point of P-256, in base64url. */
  publicKey(): Promise<string>;
  /**
   * Sends a text; never throws.
   *
   * @param topic what waits at the push service under the same one is replaced: up to 32
   * characters of base64url.
   */
  send(
    device: Pick<Device, "endpoint" | "p256dh" | "auth">,
    text: string,
    topic: string,
  ): Promise<Outcome>;
}

/** The key, made once: every instance has the same. */
async function keyOf(kv: Deno.Kv): Promise<JWK> {
  for (;;) {
    const entry = await kv.get<JWK>(keys.vapid());
    if (entry.value !== null) return entry.value;
    const { privateKey } = await generateKeyPair("ES256", {
      extractable: true,
    });
    const jwk = await exportJWK(privateKey);
    await kv.atomic().check(entry).set(entry.key, jwk).commit();
  }
}

const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;
const bytesOf = (text: string) =>
  Uint8Array.fromBase64(text, { alphabet: "base64url" });

function pointOf({ x = "", y = "" }: JWK): string {
  const point = new Uint8Array(65);
  point[0] = 4;
  point.set(bytesOf(x), 1);
  point.set(bytesOf(y), 33);
  return point.toBase64(BASE64URL);
}

/** Seconds or a date, as milliseconds from now (RFC 9110 §10.2.3). */
function waitOf(answer: Response): number | undefined {
  const text = answer.headers.get("retry-after") ?? "";
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * 1_000
    : Date.parse(text) - Date.now();
  return ms > 0 ? ms : undefined;
}

/** {@link Push} over the internet. */
export function webPush(
  kv: Deno.Kv,
  { appUrl, mailFrom }: Pick<Config, "appUrl" | "mailFrom">,
  check: CheckEndpoint = publicEndpoint(),
  patienceMs = PATIENCE_MS,
): Push {
  const lanes = new Lanes();
  let key: Promise<JWK> | undefined;
  const ours = () =>
    key ??= keyOf(kv).catch((error) => {
      key = undefined;
      throw error;
    });
  const address = /[^\s<>]+@[^\s<>]+/.exec(mailFrom)?.[0];
  const subject = appUrl.startsWith("https:") || !address
    ? appUrl
    : `mailto:${address}`;

  async function authorization(endpoint: string): Promise<string> {
    const jwk = await ours();
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: "ES256", typ: "JWT" })
      .setAudience(new URL(endpoint).origin)
      .setSubject(subject)
      .setExpirationTime(Math.floor(Date.now() / 1_000) + TOKEN_SECONDS)
      .sign(await importJWK(jwk, "ES256"));
    return `vapid t=${token}, k=${pointOf(jwk)}`;
  }

  async function post(
    { endpoint, p256dh, auth }: Pick<Device, "endpoint" | "p256dh" | "auth">,
    text: string,
    topic: string,
  ): Promise<Outcome> {
    await check(endpoint);
    const receiver = { p256dh: bytesOf(p256dh), auth: bytesOf(auth) };
    const request = {
      method: "POST",
      headers: {
        authorization: await authorization(endpoint),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        ttl: String(KEPT_SECONDS),
        urgency: "high",
        topic,
      },
      body: await encrypt(text, receiver),
      redirect: "manual",
    } as const;
    const answer = await lanes.run(
      new URL(endpoint).host,
      // Its time begins when it goes out.
      () =>
        fetch(endpoint, {
          ...request,
          signal: AbortSignal.timeout(patienceMs),
        }),
    );
    await answer.body?.cancel();
    if (answer.ok) return { kind: "sent" };
    if (GONE.has(answer.status)) return { kind: "gone" };
    return answer.status === 429 || answer.status >= 500
      ? { kind: "later", waitMs: waitOf(answer) }
      : { kind: "refused" };
  }

  return {
    check,
    publicKey: async () => pointOf(await ours()),
    // Away, hanging, or its name cannot be looked up: each may be otherwise later.
    send: (...push) => post(...push).catch(() => ({ kind: "later" })),
  };
}
