import type { SignUpFactor } from "../accounts/sign-up-factors.ts";

const LABELS: Record<SignUpFactor, string> = {
  face: "With my face",
  passkey: "With a passkey, on this device or a security key",
  code: "With a code that we mail you",
};

/** What to sign in with, besides the password: a face, or one of the equal ways without one. */
export function FactorChoice({ factors, chosen }: {
  factors: SignUpFactor[];
  chosen: SignUpFactor;
}) {
  return (
    <fieldset class="field" aria-describedby="factor-hint">
      <legend>How do you want to sign in?</legend>
      <p class="hint" id="factor-hint">
        Each sign-in takes your password and this. You can change it later.
      </p>
      {factors.map((factor) => (
        <div key={factor}>
          <div class="check">
            <input
              id={`factor-${factor}`}
              name="factor"
              type="radio"
              value={factor}
              checked={factor === chosen}
            />
            <label for={`factor-${factor}`}>{LABELS[factor]}</label>
          </div>
        </div>
      ))}
    </fieldset>
  );
}
