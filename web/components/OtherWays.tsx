import type { Factor } from "../accounts/types.ts";
import { stepOf } from "../http/requests/pending-login.ts";
import { Once } from "./Once.tsx";

const LINKS: Record<Exclude<Factor, "code">, string> = {
  face: "Use your face instead",
  passkey: "Use a passkey instead",
  recovery: "Use a recovery code",
};

/** What else ends this sign-in, besides what the page asks for; or why no code by e-mail does. */
export function OtherWays({ factors, except, next, whyFaceFirst, hint }: {
  factors: Factor[];
  /** What the page asks for. */
  except: Factor;
  next: string;
  whyFaceFirst?: string;
  hint: string;
}) {
  const others = factors.filter((factor) => factor !== except);
  if (others.length === 0) {
    return whyFaceFirst ? <p class="soft">{whyFaceFirst}</p> : null;
  }
  return (
    <div class="other-way">
      <p class="soft">{hint}</p>
      {others.map((factor) =>
        factor === "code"
          ? (
            <form key={factor} method="post" action={stepOf("code", next)}>
              <Once />
              <button
                class="button button-plain"
                type="submit"
                name="intent"
                value="send"
              >
                Use an e-mail code instead
              </button>
            </form>
          )
          : (
            <a
              key={factor}
              class="button button-plain"
              href={stepOf(factor, next)}
            >
              {LINKS[factor]}
            </a>
          )
      )}
      {whyFaceFirst && <p class="soft">{whyFaceFirst}</p>}
    </div>
  );
}
