import type { Account } from "../accounts/types.ts";
import type { Clock } from "../client/drawn/times.ts";
import { dayText } from "./Ago.tsx";
import { IntentForm } from "./IntentForm.tsx";
import { Notice } from "./Notice.tsx";

/** Asks somebody to confirm their address, as long as it is not; nothing otherwise. */
export function ConfirmAddress({ account, outbox, clock }: {
  account: Pick<Account, "email" | "unconfirmedUntil">;
  /** The e-mail can be read on this machine. */
  outbox: boolean;
  clock: Clock;
}) {
  const { email, unconfirmedUntil } = account;
  if (unconfirmedUntil === undefined) return null;
  return (
    <Notice icon="mail">
      <p>
        Confirm your e-mail address: open the link we sent to{" "}
        <bdi>{email}</bdi>. Until then you cannot invite anyone, and your
        account will be removed after{" "}
        {dayText(unconfirmedUntil, Date.now(), clock)}.
      </p>
      {outbox && (
        <p>
          No mail server is set up, so the e-mail is in the{" "}
          <a href="/outbox" target="_blank">outbox</a> of this machine.
        </p>
      )}
      <IntentForm intent="confirm-again" class="actions">
        <button class="button button-quiet" type="submit">
          Send the link again
        </button>
      </IntentForm>
    </Notice>
  );
}
