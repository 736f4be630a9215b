/** Looks at what authenticators answer. The library is loaded when it is needed first. */
import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import { z } from "zod";
import type { PasskeyRecord, Store } from "../store.ts";
import { type ChallengeUse, takeChallenge } from "./challenges.ts";
import { passkeyRefused } from "./errors.ts";

/** The most characters of an answer: an attestation of several certificates has some thousands. */
export const LONGEST_ANSWER = 16_000;

const text = z.string().max(LONGEST_ANSWER);
/** What both kinds of answers have (WebAuthn Level 3 §5.1.8). */
const Answer = z.object({
  id: z.string().min(16).max(1_400).regex(/^[\w-]+$/),
  rawId: text,
  type: z.literal("public-key"),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
});
const Registered = Answer.extend({
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});
const Asserted = Answer.extend({
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: text.optional(),
  }),
});

/** The answer in a field of a form. @throws {AppError} `passkey-refused` (401) when it is none. */
function parsed<T>(json: string, shape: z.ZodType<T>): T {
  try {
    if (json.length > LONGEST_ANSWER) throw new RangeError("too long");
    return shape.parse(JSON.parse(json));
  } catch (error) {
    throw passkeyRefused(error);
  }
}

/** Whose passkey an answer says it is of; undefined where it does not say. */
export interface Assertion {
  id: string;
  accountId?: string;
  json: AuthenticationResponseJSON;
}

/** @throws {AppError} `passkey-refused` (401) */
export function readAssertion(json: string): Assertion {
  const answer = parsed(json, Asserted);
  const { userHandle } = answer.response;
  try {
    const accountId = userHandle === undefined ? undefined : new TextDecoder()
      .decode(Uint8Array.fromBase64(userHandle, { alphabet: "base64url" }));
    return { id: answer.id, accountId, json: answer };
  } catch (error) {
    throw passkeyRefused(error);
  }
}

/** What the browser says it signed; only its challenge is used before the signature is checked. */
async function checkChallenge(
  s: Store,
  clientDataJSON: string,
  use: ChallengeUse,
): Promise<string> {
  const bytes = Uint8Array.fromBase64(clientDataJSON, {
    alphabet: "base64url",
  });
  const { challenge, crossOrigin } = JSON.parse(
    new TextDecoder().decode(bytes),
  );
  // Our pages are in nobody's frame.
  if (typeof challenge !== "string" || crossOrigin === true) {
    throw new Error("The page that asked was in another site's frame");
  }
  if (!await takeChallenge(s, challenge, use)) {
    throw new Error("The challenge is not of this purpose and browser");
  }
  return challenge;
}

/**
 * Checks that a passkey signed a challenge that was made for this. The challenge is used up.
 *
 * @param verified the authenticator must have made sure of the person, by a PIN or a finger.
 * @returns how often the passkey was used, as its authenticator counts.
 * @throws {AppError} `passkey-refused` (401)
 */
export async function verifyAssertion(
  s: Store,
  { json }: Assertion,
  passkey: PasskeyRecord,
  use: ChallengeUse,
  { verified }: { verified: boolean },
): Promise<number> {
  try {
    const expectedChallenge = await checkChallenge(
      s,
      json.response.clientDataJSON,
      use,
    );
    const { verifyAuthenticationResponse } = await import(
      "@simplewebauthn/server"
    );
    const { id, publicKey, counter } = passkey;
    const result = await verifyAuthenticationResponse({
      response: json,
      expectedChallenge,
      expectedOrigin: use.site.origin,
      expectedRPID: use.site.rpId,
      credential: { id, publicKey, counter },
      requireUserVerification: verified,
    });
    if (!result.verified) throw new Error("The signature is not right");
    return result.authenticationInfo.newCounter;
  } catch (error) {
    throw passkeyRefused(error);
  }
}

/**
 * Checks that a passkey was made for a challenge of ours. The challenge is used up.
 *
 * @throws {AppError} `passkey-refused` (401)
 */
export async function verifyNew(
  s: Store,
  json: string,
  use: ChallengeUse,
): Promise<Omit<PasskeyRecord, "name">> {
  const answer = parsed(json, Registered);
  try {
    const expectedChallenge = await checkChallenge(
      s,
      answer.response.clientDataJSON,
      use,
    );
    const { verifyRegistrationResponse } = await import(
      "@simplewebauthn/server"
    );
    const { origin, rpId } = use.site;
    const result = await verifyRegistrationResponse({
      response: answer as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!result.verified) throw new Error("The attestation is not right");
    const { id, publicKey, counter } = result.registrationInfo.credential;
    const { transports } = answer.response;
    return {
      id,
      publicKey: new Uint8Array(publicKey),
      counter,
      transports,
      rpId,
      createdAt: Date.now(),
    };
  } catch (error) {
    throw passkeyRefused(error);
  }
}

/** EdDSA, ES256 and RS256 (COSE), which every authenticator has one of. */
export const ALGORITHMS = [-8, -7, -257];
