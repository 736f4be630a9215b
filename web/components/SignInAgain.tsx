import type { ComponentChildren } from "preact";
import { IntentForm } from "./IntentForm.tsx";

/** To whoever did not sign in a moment ago: a session that was found open must not change this. */
export function SignInAgain({ children }: { children: ComponentChildren }) {
  return (
    <>
      <p class="soft">{children}</p>
      <IntentForm intent="sign-in-again" class="actions">
        <button class="button button-quiet" type="submit">
          Sign in again
        </button>
      </IntentForm>
    </>
  );
}
