import type { Invitation } from "../rooms/types.ts";
import { dayText } from "./Ago.tsx";
import { Field } from "./Field.tsx";

/** Invites by e-mail, and lists the invitations nobody has answered yet. */
export function InviteForm({ invitations, email, error }: {
  invitations: Invitation[];
  email?: string;
  error?: string;
}) {
  return (
    <section class="stack" aria-labelledby="invite">
      <h2 id="invite">Invite someone</h2>
      <p class="soft">
        They get a link that works once, within 7 days. They do not need an
        account yet.
      </p>
      <form method="post" class="inline-form">
        <input type="hidden" name="intent" value="invite" />
        <Field
          name="email"
          label="E-mail"
          type="email"
          autocomplete="off"
          required
          value={email}
          error={error}
        />
        <button class="button" type="submit">Send invitation</button>
      </form>
      {invitations.length > 0 && (
        <>
          <h3>Waiting for an answer</h3>
          <ul class="people">
            {invitations.map((invitation) => (
              <li key={invitation.id} class="person">
                <span class="person-name">
                  <span class="truncate" title={invitation.email}>
                    {invitation.email}
                  </span>
                </span>
                <span class="soft small">
                  until {dayText(invitation.expiresAt, Date.now())}
                </span>
                <form method="post">
                  <input type="hidden" name="intent" value="revoke" />
                  <input
                    type="hidden"
                    name="invitation"
                    value={invitation.id}
                  />
                  <button class="button button-plain" type="submit">
                    Revoke<span class="visually-hidden">
                      {` the invitation of ${invitation.email}`}
                    </span>
                  </button>
                </form>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
