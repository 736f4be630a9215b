import type { Account } from "../accounts/types.ts";
import { IntentForm } from "./IntentForm.tsx";

/** What is stored of a face: delete it with one click, or go and store a new one. */
export function FaceForms({ account }: { account: Account }) {
  return (
    <section class="stack" aria-labelledby="face-heading">
      <h2 id="face-heading">Face</h2>
      <p>
        {account.hasFace
          ? "One photo of you, and whatever was measured from it, is stored as you agreed, to compare when you sign in. Delete it whenever you like; you then sign in with a code by e-mail."
          : "No face is stored. You sign in with your password and a code by e-mail."}
      </p>
      <div class="actions">
        {account.hasFace && (
          <IntentForm intent="delete-face" class="actions">
            <button class="button button-quiet" type="submit">
              Delete my face
            </button>
          </IntentForm>
        )}
        <a class="button button-quiet" href="/account/face">
          {account.hasFace ? "Replace it with a new one" : "Store my face"}
        </a>
      </div>
    </section>
  );
}
