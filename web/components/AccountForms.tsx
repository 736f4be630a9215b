import { LONGEST_NAME } from "../accounts/fields.ts";
import type { Account } from "../accounts/types.ts";
import { FaceForms } from "./FaceForms.tsx";
import { Field } from "./Field.tsx";
import { OwnPassword } from "./OwnPassword.tsx";
import { IntentForm } from "./IntentForm.tsx";

/** Everything a person can change about their account. */
export function AccountForms(
  { account, offersFaces, isRecent, failed, name, errors }: {
    account: Account;
    /** A face can be stored here. */
    offersFaces: boolean;
    /** The person signed in a moment ago, and may change how. */
    isRecent: boolean;
    /** The intent of the form that came back, if one did. */
    failed?: string;
    name?: string;
    errors: Record<string, string>;
  },
) {
  const errorsOf = (intent: string) => failed === intent ? errors : {};
  const password = errorsOf("password");
  return (
    <>
      <section class="stack" aria-labelledby="name-heading">
        <h2 id="name-heading">Name</h2>
        <IntentForm intent="rename" class="inline-form">
          <Field
            name="name"
            label="What others see"
            autocomplete="name"
            maxLength={LONGEST_NAME}
            required
            value={failed === "rename" ? name : account.name}
            error={errorsOf("rename").name}
          />
          <button class="button button-quiet" type="submit">Save name</button>
        </IntentForm>
        <p>
          <a href="/account/profile">Add a picture, a line or a time zone</a>
        </p>
      </section>
      <section class="stack" aria-labelledby="address-heading">
        <h2 id="address-heading">E-mail address</h2>
        <p class="actions">
          <a class="button button-quiet" href="/account/email">
            Change my address
          </a>
        </p>
      </section>
      <section class="stack" aria-labelledby="notifications-heading">
        <h2 id="notifications-heading">Notifications</h2>
        <p class="actions">
          <a class="button button-quiet" href="/account/notifications">
            My notifications
          </a>
        </p>
      </section>
      <section class="stack" aria-labelledby="passkeys-heading">
        <h2 id="passkeys-heading">Passkeys and recovery codes</h2>
        <p class="actions">
          <a class="button button-quiet" href="/account/passkeys">
            My passkeys
          </a>
          <a class="button button-quiet" href="/account/recovery">
            My recovery codes
          </a>
        </p>
      </section>
      <FaceForms
        account={account}
        offered={offersFaces}
        isRecent={isRecent}
        failed={failed === "delete-face"}
        error={errorsOf("delete-face").password}
      />
      <section class="stack" aria-labelledby="password-heading">
        <h2 id="password-heading">Password</h2>
        {isRecent
          ? (
            <IntentForm intent="password">
              <Field
                id="current-password"
                name="password"
                label="Current password"
                type="password"
                autocomplete="current-password"
                maxLength={128}
                required
                error={password.password}
              />
              <Field
                name="newPassword"
                label="New password"
                type="password"
                hint="At least 8 characters. Your other devices will be signed out."
                autocomplete="new-password"
                minLength={8}
                maxLength={128}
                required
                error={password.newPassword}
              />
              <p>
                <button class="button button-quiet" type="submit">
                  Change password
                </button>
              </p>
            </IntentForm>
          )
          : <p class="soft">Sign in again to change it.</p>}
      </section>
      <section class="stack" aria-labelledby="dictation-heading">
        <h2 id="dictation-heading">Dictation</h2>
        <p class="soft">
          Your language, marks you speak by name, and words of your own.
        </p>
        <p>
          <a class="button button-quiet" href="/account/dictation">
            Change how you dictate
          </a>
        </p>
      </section>
      <section class="stack" aria-labelledby="data-heading">
        <h2 id="data-heading">Your data</h2>
        <p class="actions">
          <a class="button button-quiet" href="/account/data">
            Download your data
          </a>
          <a class="button button-quiet" href="/account/activity">
            See your activity
          </a>
        </p>
      </section>
      <section class="stack" aria-labelledby="end-heading">
        <h2 id="end-heading">Sign out or leave</h2>
        <p class="actions">
          <a class="button button-quiet" href="/account/sessions">
            My devices
          </a>
        </p>
        <IntentForm intent="sign-out-everywhere" class="actions">
          <button class="button button-quiet" type="submit">
            Sign out on every device
          </button>
        </IntentForm>
        <details class="confirm" open={failed === "delete-account"}>
          <summary class="button button-danger">Delete this account</summary>
          <IntentForm intent="delete-account">
            <p>
              This deletes your account, your face, your files and your
              recordings at once, and cannot be undone.
            </p>
            <fieldset class="field">
              <legend>Your messages</legend>
              <div>
                <div class="check">
                  <input
                    type="radio"
                    id="keep-messages"
                    name="messages"
                    value="keep"
                    checked
                  />
                  <label for="keep-messages">
                    Keep their texts in their rooms, as from “Deleted person”.
                    Those without a text are deleted.
                  </label>
                </div>
              </div>
              <div>
                <div class="check">
                  <input
                    type="radio"
                    id="delete-messages"
                    name="messages"
                    value="delete"
                  />
                  <label for="delete-messages">Delete them everywhere</label>
                </div>
              </div>
            </fieldset>
            <OwnPassword
              id="delete-password"
              error={errorsOf("delete-account").password}
            />
            <p>
              <button class="button button-danger" type="submit">
                Delete my account for good
              </button>
            </p>
          </IntentForm>
        </details>
      </section>
    </>
  );
}
