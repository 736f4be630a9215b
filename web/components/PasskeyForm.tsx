import { asset } from "fresh/runtime";
import type { ComponentChildren } from "preact";
import type { ChallengeRecord } from "../accounts/store.ts";
import { Once } from "./Once.tsx";

/**
 * A form whose button asks for a passkey, which is then sent in its field `passkey`. That takes the
 * script static/passkey.js; without it the form says so.
 */
export function PasskeyForm({ purpose, action, label, quiet, children }: {
  purpose: ChallengeRecord["purpose"];
  action: string;
  label: string;
  /** It shows only where it works, and the browser offers passkeys under the e-mail field, too. */
  quiet?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <>
      <form
        class={quiet ? "other-way" : "form"}
        method="post"
        action={action}
        hidden={quiet}
        data-passkey={purpose}
        data-cancelled="Your device did not offer a passkey. Try again, or sign in another way."
        data-twice="This device has a passkey for your account already."
        data-failed="Your browser could not use a passkey here. Try again, or sign in another way."
        data-missing="This browser cannot use passkeys. Use another one, or sign in another way."
      >
        <Once />
        <input type="hidden" name="passkey" />
        {children}
        <p class="error" role="alert"></p>
        <button
          class={quiet ? "button button-plain" : "button"}
          type="submit"
        >
          {label}
        </button>
        {!quiet && (
          <noscript>
            <p class="soft">
              Passkeys need JavaScript. Switch it on for this page, or use
              another way.
            </p>
          </noscript>
        )}
      </form>
      <script type="module" src={asset("/passkey.js")} />
    </>
  );
}
