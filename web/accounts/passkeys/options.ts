/** What browsers are given to ask an authenticator with (WebAuthn Level 3 §5.4 and §5.5). */
import {
  noAccount,
  type PasskeyRecord,
  readRecord,
  type Store,
} from "../store.ts";
import {
  CHALLENGE_MS,
  type ChallengeUse,
  issueChallenge,
} from "./challenges.ts";
import { ALGORITHMS } from "./verify.ts";

const named = ({ id, transports }: PasskeyRecord) => ({
  type: "public-key",
  id,
  transports,
});

/** To make a passkey for an account: `PublicKeyCredentialCreationOptionsJSON`. */
export async function creationOptions(
  s: Store,
  accountId: string,
  use: ChallengeUse,
) {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  return {
    challenge: await issueChallenge(s, use),
    rp: { id: use.site.rpId, name: "ChatSphere" },
    user: {
      id: new TextEncoder().encode(accountId)
        .toBase64({ alphabet: "base64url", omitPadding: true }),
      name: record.email,
      displayName: record.name,
    },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    // One that is there already is not made twice.
    excludeCredentials: (record.passkeys ?? []).map(named),
    authenticatorSelection: {
      residentKey: "preferred",
      userVerification: "preferred",
    },
    attestation: "none",
    timeout: CHALLENGE_MS,
  };
}

/** To show one of these passkeys, as the second step: `PublicKeyCredentialRequestOptionsJSON`. */
export const requestOptions = async (
  s: Store,
  passkeys: PasskeyRecord[],
  use: ChallengeUse,
) => ({
  challenge: await issueChallenge(s, use),
  rpId: use.site.rpId,
  allowCredentials: passkeys.map(named),
  userVerification: "preferred",
  timeout: CHALLENGE_MS,
});

/** To show any passkey of this site alone. Nothing in it depends on who asks. */
export const openOptions = async (s: Store, use: ChallengeUse) => ({
  challenge: await issueChallenge(s, use),
  rpId: use.site.rpId,
  allowCredentials: [],
  userVerification: "required",
  timeout: CHALLENGE_MS,
});
