import { afterAll, beforeAll, expect, setSystemTime, test } from "bun:test";
import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { type AuthError, tokenVerifier, type Verify } from "./tokens.ts";
import { type Issuer, startIssuer } from "../tests/testing.ts";

let issuer: Issuer;
let verify: Verify;
beforeAll(async () => {
  issuer = await startIssuer();
  verify = tokenVerifier(issuer.url);
});
afterAll(() => issuer.stop());

const now = () => Math.floor(Date.now() / 1000);
const person = { sub: "ann", name: "Ann" };

async function refusal(token: string, check = verify): Promise<AuthError> {
  try {
    await check(token);
  } catch (error) {
    return error as AuthError;
  }
  throw new Error("The token was taken.");
}

test("reads a person and the service from their tokens", async () => {
  const identity = await verify(await issuer.sign(person));
  expect(identity).toMatchObject({
    kind: "person",
    person: {
      id: "ann",
      sender: { id: "ann", name: "Ann" },
    },
  });
  expect(await verify(await issuer.serviceToken())).toEqual({
    kind: "service",
  });
});

test("refuses a token that has ended, and says so", async () => {
  const token = await issuer.sign({ ...person, exp: now() - 1 });
  expect((await refusal(token)).code).toBe("token-expired");
});

const BAD: Record<string, Record<string, unknown>> = {
  "for another audience": { aud: "transcriber" },
  "of another issuer": { iss: "https://elsewhere.example" },
  "without a name": { name: undefined },
  "without a person or scope": { sub: undefined },
  "of a service with a person": { scope: "service", name: undefined },
  "without an end": { exp: undefined },
};
for (const [what, claims] of Object.entries(BAD)) {
  test(`refuses a token ${what}`, async () => {
    const token = await issuer.sign({ ...person, ...claims });
    const { code, retryable } = await refusal(token);
    expect({ code, retryable }).toEqual({
      code: "token-invalid",
      retryable: false,
    });
  });
}

test("refuses forged, unsigned and broken tokens and unknown keys", async () => {
  const claims = {
    ...person,
    iss: issuer.url,
    aud: "realtime",
    iat: now(),
    exp: now() + 300,
  };
  const { privateKey } = await generateKeyPair("EdDSA");
  const secret = new TextEncoder().encode("a secret of thirty-two bytes, ok");
  const sign = (alg: string, kid: string, key: CryptoKey | Uint8Array) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
  const tokens = await Promise.all([
    sign("EdDSA", "k1", privateKey),
    sign("EdDSA", "k2", privateKey),
    sign("HS256", "k1", secret),
    new UnsecuredJWT(claims).encode(),
    "not.a.token",
    "",
  ]);
  for (const token of tokens) {
    expect((await refusal(token)).code).toBe("token-invalid");
  }
});

test("asks for a retry while the keys cannot be had", async () => {
  const away = await startIssuer();
  const token = await away.sign(person);
  away.stop();
  const error = await refusal(token, tokenVerifier(away.url));
  expect(error).toMatchObject({ code: "keys-unavailable", retryable: true });
});

test("a token that was good is over when it expires, however often it was taken before", async () => {
  const token = await issuer.sign({ ...person, exp: now() + 300 });
  const first = await verify(token);
  // The person and their sender are the same objects for as long as the token is used.
  expect(await verify(token)).toBe(first);
  try {
    setSystemTime(Date.now() + 301_000);
    expect((await refusal(token)).code).toBe("token-expired");
  } finally {
    setSystemTime();
  }
});
