import type { Config } from "../config.ts";

/** What somebody who registers can sign in with, besides the password. */
export type SignUpFactor = "face" | "passkey" | "code";

const FACTORS: Record<Config["faceSignIn"], SignUpFactor[]> = {
  required: ["face"],
  offered: ["face", "passkey", "code"],
  off: ["code", "passkey"],
};

/**
 * The second factors a new account may begin with, the one to show first in front.
 *
 * @param hasPasskeys passkeys work at the address the person came by.
 */
export const signUpFactors = (
  { faceSignIn }: Pick<Config, "faceSignIn">,
  hasPasskeys: boolean,
): SignUpFactor[] =>
  FACTORS[faceSignIn].filter((factor) => factor !== "passkey" || hasPasskeys);

/** The one of {@link signUpFactors} that was asked for; the first, if it is none of them. */
export function signUpFactor(
  config: Pick<Config, "faceSignIn">,
  asked: string,
  hasPasskeys: boolean,
): SignUpFactor {
  const factors = signUpFactors(config, hasPasskeys);
  return factors.find((factor) => factor === asked) ?? factors[0];
}
