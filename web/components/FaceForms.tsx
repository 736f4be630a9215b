import type { Account } from "../accounts/types.ts";
import { IntentForm } from "./AccountForms.tsx";
import { Consent } from "./Consent.tsx";
import { Field } from "./Field.tsx";
import { SelfieField } from "./SelfieField.tsx";

/** What is stored of a face: delete it with one click, or store a new one. */
export function FaceForms({ account, consent, isOpen, errors }: {
  account: Account;
  consent: string;
  isOpen: boolean;
  errors: Record<string, string>;
}) {
  return (
    <section class="stack" aria-labelledby="face-heading">
      <h2 id="face-heading">Face</h2>
      <p>
        {account.hasFace
          ? "One picture of you and the measurements made from it are stored on this server, to compare when you sign in. Delete them whenever you like; you then sign in with a code by e-mail."
          : "No face is stored. You sign in with your password and a code by e-mail."}
      </p>
      {account.hasFace && (
        <IntentForm intent="delete-face" class="actions">
          <button class="button button-quiet" type="submit">
            Delete my face
          </button>
        </IntentForm>
      )}
      <details class="disclosure" open={isOpen}>
        <summary class="button button-plain">
          {account.hasFace ? "Replace it with a new one" : "Store my face"}
        </summary>
        <IntentForm intent="replace-face" files>
          <SelfieField
            legend="Your face"
            hint="Look straight ahead, in even light, alone in the picture. Other devices are signed out afterwards."
            error={errors.selfie}
            count={3}
            required
          />
          <Consent text={consent} error={errors.consent} />
          <Field
            id="face-password"
            name="password"
            label="Your password"
            type="password"
            autocomplete="current-password"
            required
            error={errors.password}
          />
          <p>
            <button class="button" type="submit">Store this face</button>
          </p>
        </IntentForm>
      </details>
    </section>
  );
}
