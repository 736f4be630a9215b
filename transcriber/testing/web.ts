import {
  decodeJwt,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from "jose";

/** A stand-in for web: publishes a key and signs tokens with it. */
export interface FakeWeb extends AsyncDisposable {
  url: string;
  /** Names of sessions that have ended. */
  over: Set<string>;
  /** How often it was asked about a token. */
  readonly asked: number;
  /** It answers nothing about tokens. */
  isAway: boolean;
  /** A good person's token unless told otherwise. */
  token(claims?: JWTPayload, options?: TokenOptions): Promise<string>;
}

export interface TokenOptions {
  /** Seconds from now. */
  expiresIn?: number;
  /** Sign with a key web never published, under the same key id. */
  forged?: boolean;
}

export async function startWeb(): Promise<FakeWeb> {
  const real = await generateKeyPair("EdDSA", { extractable: true });
  const other = await generateKeyPair("EdDSA");
  const published = {
    keys: [{ ...await exportJWK(real.publicKey), kid: "one", alg: "EdDSA" }],
  };
  const about = { over: new Set<string>(), asked: 0, isAway: false };
  const check = (request: Request) => {
    about.asked += 1;
    if (about.isAway) return new Response(null, { status: 503 });
    const token = request.headers.get("authorization")?.split(" ")[1] ?? "";
    const isOver = about.over.has(String(decodeJwt(token).sid));
    return new Response(null, { status: isOver ? 401 : 204 });
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/internal/token") return check(request);
      return pathname === "/.well-known/jwks.json"
        ? Response.json(published)
        : new Response(null, { status: 404 });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return Object.assign(about, {
    url,
    token(claims = {}, { expiresIn = 300, forged = false } = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: url,
        aud: "transcriber",
        sub: "ada",
        name: "Ada",
        iat: now,
        exp: now + expiresIn,
        ...claims,
      })
        .setProtectedHeader({ alg: "EdDSA", kid: "one" })
        .sign(forged ? other.privateKey : real.privateKey);
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}
