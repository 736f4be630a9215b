import type { ComponentChildren } from "preact";
import { LONGEST_PASSKEY_NAME } from "../accounts/passkeys/passkeys.ts";
import type { PasskeyRecord } from "../accounts/store.ts";
import type { Clock } from "../client/drawn/times.ts";
import { dayText } from "./Ago.tsx";
import { Field } from "./Field.tsx";
import { OwnPassword } from "./OwnPassword.tsx";
import { Once } from "./Once.tsx";

/** What a person sees of a passkey. */
export type ShownPasskey = Pick<
  PasskeyRecord,
  "id" | "name" | "rpId" | "createdAt" | "lastUsedAt"
>;

/** Somebody's passkeys, each to be called otherwise, or removed after a second look. */
export function PasskeyList({ passkeys, isRecent, clock, failed, errors }: {
  passkeys: ShownPasskey[];
  /** The person signed in a moment ago, and may remove some. */
  isRecent: boolean;
  clock: Clock;
  /** The id of the one whose form came back. */
  failed?: string;
  errors: Record<string, string>;
}) {
  if (passkeys.length === 0) return <p>You have none yet.</p>;
  const day = (at: number) => dayText(at, Date.now(), clock);
  return (
    <ul class="people">
      {passkeys.map((passkey, at) => (
        <li key={passkey.id} class="stack">
          <div>
            <strong>
              <bdi>{passkey.name}</bdi>
            </strong>
            <p class="soft small">
              {passkey.lastUsedAt === undefined
                ? `Added ${
                  day(passkey.createdAt)
                } for ${passkey.rpId}, not used yet`
                : `Added ${
                  day(passkey.createdAt)
                } for ${passkey.rpId}, last used ${day(passkey.lastUsedAt)}`}
            </p>
          </div>
          <div class="actions">
            <details
              class="confirm"
              open={failed === passkey.id && Boolean(errors.name)}
            >
              <summary class="button button-plain">Rename</summary>
              <Change id={passkey.id} intent="rename">
                <Field
                  id={`name-${at}`}
                  name="name"
                  label="Its new name"
                  maxLength={LONGEST_PASSKEY_NAME}
                  required
                  value={passkey.name}
                  error={failed === passkey.id ? errors.name : undefined}
                />
                <p>
                  <button class="button button-quiet" type="submit">
                    Save name
                  </button>
                </p>
              </Change>
            </details>
            {isRecent && (
              <details
                class="confirm"
                open={failed === passkey.id && Boolean(errors.password)}
              >
                <summary class="button button-danger">Remove</summary>
                <Change id={passkey.id} intent="remove">
                  <p>
                    Your other devices will be signed out. The passkey itself
                    stays on its device until you delete it there.
                  </p>
                  <OwnPassword
                    id={`password-${at}`}
                    error={failed === passkey.id ? errors.password : undefined}
                  />
                  <p>
                    <button class="button button-danger" type="submit">
                      Remove this passkey
                    </button>
                  </p>
                </Change>
              </details>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Change({ id, intent, children }: {
  id: string;
  intent: "rename" | "remove";
  children: ComponentChildren;
}) {
  return (
    <form class="form" method="post" action="/account/passkeys">
      <Once />
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="id" value={id} />
      {children}
    </form>
  );
}
