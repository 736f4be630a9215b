import type { Config } from "../config.ts";

/** What somebody who registers can sign in with, besides the password. */
export type SignUpFactor = "face" | "code";

const FACTORS: Record<Config["faceSignIn"], SignUpFactor[]> = {
  required: ["face"],
  offered: ["face", "code"],
  off: ["code"],
};

/** The second factors a new account may begin with, the one to show first in front. */
export const signUpFactors = (
  { faceSignIn }: Pick<Config, "faceSignIn">,
): SignUpFactor[] => FACTORS[faceSignIn];

/** The one of {@link signUpFactors} that was asked for; the first, if it is none of them. */
export function signUpFactor(
  config: Pick<Config, "faceSignIn">,
  asked: string,
): SignUpFactor {
  const factors = signUpFactors(config);
  return factors.find((factor) => factor === asked) ?? factors[0];
}
