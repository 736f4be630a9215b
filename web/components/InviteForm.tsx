import type { ComponentChildren } from "preact";
import type { Clock } from "../client/drawn/times.ts";
import { Once } from "./Once.tsx";
import type { Delivery } from "../mail/queue-store.ts";
import type { SentInvitation } from "../rooms/types.ts";
import { dayText } from "./Ago.tsx";
import { LONGEST_EMAIL } from "../accounts/email.ts";
import { Field } from "./Field.tsx";

/** Invites by e-mail, and lists the invitations nobody has answered yet. */
export function InviteForm(
  { invitations, email, error, clock, notice, link, first }: {
    invitations: SentInvitation[];
    /** What to do before inviting anyone, for whoever may not yet: it takes the form's place. */
    first?: ComponentChildren;
    email?: string;
    error?: string;
    clock: Clock;
    /** What became of the invitation just sent. */
    notice?: ComponentChildren;
    /** Its link. */
    link?: string;
  },
) {
  return (
    <section class="stack" aria-labelledby="invite">
      <h2 id="invite">Invite someone</h2>
      {notice}
      {link && (
        <div class="field">
          <label for="link">Invitation link, to pass on yourself</label>
          <input
            class="input"
            id="link"
            readOnly
            autocomplete="off"
            value={link}
          />
        </div>
      )}
      {first ?? (
        <>
          <p class="soft">
            We send a link that works once, within 7 days. They do not need an
            account yet.
          </p>
          <form method="post" class="inline-form">
            <Once />
            <input type="hidden" name="intent" value="invite" />
            <Field
              name="email"
              label="E-mail"
              type="email"
              maxLength={LONGEST_EMAIL}
              autocomplete="off"
              required
              value={email}
              error={error}
            />
            <button class="button" type="submit">Send invitation</button>
          </form>
        </>
      )}
      {invitations.length > 0 && (
        <>
          <h3>Waiting for an answer</h3>
          <ul class="people">
            {invitations.map((invitation) => (
              <Waiting
                key={invitation.id}
                invitation={invitation}
                clock={clock}
              />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** What the list says of an e-mail that was not handed over. */
const UNDELIVERED: Record<Exclude<Delivery, "sent">, string> = {
  waiting: "Not delivered yet. We will keep trying.",
  refused: "Could not be delivered: their mail server refused it.",
  exhausted: "Could not be delivered: no mail server accepted it for a day.",
};

function Waiting(
  { invitation, clock }: { invitation: SentInvitation; clock: Clock },
) {
  const { email, delivery, expiresAt } = invitation;
  return (
    <li class="person">
      <span class="person-name">
        <span class="truncate" title={email}>{email}</span>
        {delivery !== "sent" && (
          <span
            class={delivery === "waiting"
              ? "undelivered"
              : "undelivered failed"}
          >
            {UNDELIVERED[delivery]}
          </span>
        )}
      </span>
      <span class="soft small">
        until {dayText(expiresAt, Date.now(), clock)}
      </span>
      {delivery !== "sent" && (
        <Act
          intent="resend"
          invitation={invitation}
          label="Send again"
          whole={`Send again to ${email}`}
        />
      )}
      <Act
        intent="revoke"
        invitation={invitation}
        label="Revoke"
        whole={`Revoke the invitation to ${email}`}
      />
    </li>
  );
}

function Act({ intent, invitation, label, whole }: {
  intent: string;
  invitation: SentInvitation;
  /** What the button says to whoever sees the line it is in. */
  label: string;
  /** What it says by itself. */
  whole: string;
}) {
  return (
    <form method="post">
      <Once />
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="invitation" value={invitation.id} />
      <button class="button button-plain" type="submit" aria-label={whole}>
        {label}
      </button>
    </form>
  );
}
