/** A push service of our own, which decrypts what it gets as a browser would. */
import { decodeJwt, importJWK, jwtVerify } from "jose";
import { derive, joined, keysOf } from "./encrypt.ts";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const encoder = new TextEncoder();
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/** A browser's subscription, with the half of it that stays there. */
export interface Receiving {
  p256dh: string;
  auth: string;
  pair: CryptoKeyPair;
}

export async function receiver(): Promise<Receiving> {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  const auth = crypto.getRandomValues(new Uint8Array(16));
  return {
    p256dh: new Uint8Array(point).toBase64(BASE64URL),
    auth: auth.toBase64(BASE64URL),
    pair,
  };
}

/** The text of a push (RFC 8291 §3.4). */
export async function decrypt(
  body: Uint8Array<ArrayBuffer>,
  { p256dh, auth, pair }: Receiving,
): Promise<string> {
  const bytes = (text: string) =>
    Uint8Array.fromBase64(text, { alphabet: "base64url" });
  const salt = body.slice(0, 16), theirs = body.slice(21, 21 + body[20]);
  const key = await crypto.subtle.importKey("raw", theirs, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits(
    { name: "ECDH", public: key },
    pair.privateKey,
    256,
  );
  const info = joined(encoder.encode("WebPush: info\0"), bytes(p256dh), theirs);
  const secret = await derive(bytes(auth), shared, info, 32);
  const { key: open, iv } = await keysOf(salt, secret);
  const record = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv },
    open,
    body.slice(21 + body[20]),
  );
  return new TextDecoder().decode(new Uint8Array(record).slice(0, -1));
}

/** What it took: decrypted, and under which headers. */
export interface Taken {
  device: string;
  text: string;
  headers: Headers;
  /** Milliseconds since the Unix epoch. */
  at: number;
  /** Whoever sent it never got the answer. */
  isLost: boolean;
}

export interface TestPushService extends AsyncDisposable {
  url: string;
  taken: Taken[];
  /** What a device's next pushes are answered; 201 unless a test says otherwise. */
  answers: Map<string, () => Response | Promise<Response>>;
  /** Devices whose pushes are taken, and the answers lost. */
  lost: Set<string>;
  /** An answer that never comes. */
  never: Promise<Response>;
  /** A new subscription. */
  subscribe(device: string): Promise<Receiving & { endpoint: string }>;
}

/** Starts one on loopback; it refuses what is not signed by whoever it was sent by. */
export function startPushService(): TestPushService {
  const devices = new Map<string, Receiving>();
  const service = {
    taken: [] as Taken[],
    answers: new Map<string, () => Response | Promise<Response>>(),
    lost: new Set<string>(),
  };
  const { promise: never, resolve: end } = Promise.withResolvers<Response>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const device = new URL(request.url).pathname.slice(1);
      const body = await request.bytes();
      const answer = await service.answers.get(device)?.();
      if (answer) return answer;
      const receiving = devices.get(device);
      if (!receiving) return new Response(null, { status: 404 });
      const { headers } = request;
      await checkVapid(headers, new URL(request.url).origin);
      const text = await decrypt(body, receiving);
      const isLost = service.lost.has(device) || request.signal.aborted;
      const taken = { device, text, headers, at: Date.now(), isLost };
      service.taken.push(taken);
      // Whoever sent it has gone, or did not wait.
      request.signal.addEventListener("abort", () => taken.isLost = true);
      return isLost ? never : new Response(null, { status: 201 });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    ...service,
    url,
    never,
    async subscribe(device) {
      const receiving = await receiver();
      devices.set(device, receiving);
      return { ...receiving, endpoint: `${url}/${device}` };
    },
    async [Symbol.asyncDispose]() {
      end(new Response(null, { status: 503 }));
      await server.shutdown();
    },
  };
}

/** RFC 8292 §2 and §3. @throws where it is not so. */
async function checkVapid(headers: Headers, origin: string): Promise<void> {
  const [, token, point] = /^vapid t=([^,]+), k=([\w-]+)$/
    .exec(headers.get("authorization") ?? "") ?? [];
  const bytes = Uint8Array.fromBase64(point, { alphabet: "base64url" });
  const part = (from: number, to: number) =>
    bytes.slice(from, to).toBase64(BASE64URL);
  const key = await importJWK(
    { kty: "EC", crv: "P-256", x: part(1, 33), y: part(33, 65) },
    "ES256",
  );
  await jwtVerify(token, key, { audience: origin });
  const { exp = 0, sub = "" } = decodeJwt(token);
  const isFine = exp * 1_000 < Date.now() + 86_400_000 &&
    /^(mailto:|https:)/.test(sub);
  if (!isFine) throw new Error("The token is none of RFC 8292.");
}
