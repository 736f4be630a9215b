import type { WaitingInvitation } from "../rooms/waiting.ts";
import { Once } from "./Once.tsx";

/** Invitations sent to somebody's address, and how to open them. */
export function WaitingInvitations({ waiting, email }: {
  waiting: WaitingInvitation[];
  email: string;
}) {
  if (waiting.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="waiting">
      <h2 id="waiting">Invitations for you</h2>
      <p class="soft">
        To join, open the link in the e-mail we sent to {email}.
      </p>
      <ul class="people">
        {waiting.map(({ id, invitedBy }) => (
          <li class="person" key={id}>
            <span class="found-text">
              <bdi>{invitedBy}</bdi> invites you to a room
            </span>
            <form method="post">
              <Once />
              <input type="hidden" name="intent" value="link" />
              <input type="hidden" name="invitation" value={id} />
              <button class="button button-plain" type="submit">
                Send the link again
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}
