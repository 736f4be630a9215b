import type { Account } from "../accounts/types.ts";
import { Field } from "./Field.tsx";
import { IntentForm } from "./IntentForm.tsx";
import { SignInAgain } from "./SignInAgain.tsx";

/** What is stored of a face: delete it, or go and store a new one. */
export function FaceForms({ account, offered, isRecent, failed, error }: {
  account: Account;
  /** A face can be stored here. */
  offered: boolean;
  /** The person signed in a moment ago. */
  isRecent: boolean;
  /** The form to delete the face came back. */
  failed: boolean;
  error?: string;
}) {
  if (!offered && !account.hasFace) return null;
  return (
    <section class="stack" aria-labelledby="face-heading">
      <h2 id="face-heading">Face</h2>
      <p>
        {account.hasFace
          ? "As you agreed, we store one photo of you and any measurements made from it, and compare them with a new photo each time you sign in. You can delete them whenever you like. You then sign in with a passkey or an e-mail code."
          : "No face is stored. You sign in with your password, and a passkey or an e-mail code."}
      </p>
      {isRecent
        ? (
          <Change
            hasFace={account.hasFace}
            offered={offered}
            failed={failed}
            error={error}
          />
        )
        : (
          <SignInAgain>
            To change your face or your password, sign in again first. You can
            change them only within 10 minutes of signing in.
          </SignInAgain>
        )}
    </section>
  );
}

/** To whoever signed in with both steps a moment ago. */
function Change({ hasFace, offered, failed, error }: {
  hasFace: boolean;
  offered: boolean;
  failed: boolean;
  error?: string;
}) {
  return (
    <div class="actions">
      {hasFace && (
        <details class="confirm" open={failed}>
          <summary class="button button-quiet">Delete my face</summary>
          <IntentForm intent="delete-face">
            <Field
              id="face-password"
              name="password"
              label="Your password"
              type="password"
              autocomplete="current-password"
              maxLength={128}
              required
              error={error}
            />
            <p>
              <button class="button button-danger" type="submit">
                Delete my face now
              </button>
            </p>
          </IntentForm>
        </details>
      )}
      {offered && (
        <a class="button button-quiet" href="/account/face">
          {hasFace ? "Replace it with a new one" : "Store my face"}
        </a>
      )}
    </div>
  );
}
