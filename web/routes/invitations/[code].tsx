import { page } from "fresh";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import { type Failure, failureOf, readForm, textOf } from "../../http/forms.ts";
import { acceptInvitation } from "../../rooms/accept.ts";
import { findInvitation, rejectInvitation } from "../../rooms/invitations.ts";
import type { Invitation } from "../../rooms/types.ts";
import type { Services } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  invitation: Invitation;
  failure?: Failure;
}

async function read(s: Services, code: string): Promise<Invitation> {
  const invitation = await findInvitation(s, code);
  if (invitation) return invitation;
  throw new AppError({
    code: "invitation-unknown",
    status: 404,
    message:
      "This link leads to no invitation. Check that it was copied whole, or ask for a new one.",
  });
}

export const handler = define.handlers({
  async GET(ctx) {
    const invitation = await read(ctx.state.services, ctx.params.code);
    return page<Data>({ invitation });
  },

  async POST(ctx) {
    const { services, account, requestId } = ctx.state;
    const { code } = ctx.params;
    const here = `/invitations/${encodeURIComponent(code)}`;
    const form = await readForm(ctx.req);
    try {
      if (textOf(form, "answer") === "decline") {
        await rejectInvitation(services, account, code);
        return ctx.redirect(here, 303);
      }
      if (account === null) {
        return ctx.redirect(`/login?next=${encodeURIComponent(here)}`, 303);
      }
      const room = await acceptInvitation(services, account, code);
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      const invitation = await read(services, code);
      return page<Data>({ invitation, failure }, { status: failure.status });
    }
  },
});

/** What to say about an invitation that no longer works. */
const OVER: Record<Exclude<Invitation["status"], "pending">, string> = {
  accepted: "This invitation has been used. Each one lets one person in.",
  rejected:
    "This invitation was declined. Changed your mind? Ask for a new one.",
  revoked:
    "This invitation was taken back. Ask for a new one if that surprises you.",
  expired: "This invitation is more than 7 days old. Ask for a new one.",
};

export default define.page<typeof handler>(({ data, state, params }) => {
  const { invitation, failure } = data;
  const { invitedBy, roomName, status } = invitation;
  const open = status === "pending";
  const next = encodeURIComponent(`/invitations/${params.code}`);
  return (
    <div class="column column-narrow stack">
      <Title text={`Invitation to ${roomName}`} />
      <p class="soft">
        <bdi>{invitedBy}</bdi> invites you to
      </p>
      <h1>
        <bdi>{roomName}</bdi>
      </h1>
      <FormNotice failure={failure} />
      {!open && <p>{OVER[status]}</p>}
      {!open && (
        <p>
          {state.account
            ? <a class="button" href="/rooms">Go to your rooms</a>
            : <a class="button" href="/">Go to the start</a>}
        </p>
      )}
      {open && !state.account && (
        <>
          <p>
            To join, create an account or sign in; you come back here
            afterwards.
          </p>
          <p class="actions">
            <a class="button" href={`/register?next=${next}`}>
              Create an account
            </a>
            <a class="button button-quiet" href={`/login?next=${next}`}>
              Sign in
            </a>
          </p>
        </>
      )}
      {open && (
        <form method="post" class="actions">
          {state.account && (
            <button class="button" type="submit" name="answer" value="accept">
              Join the room
            </button>
          )}
          <button
            class="button button-plain"
            type="submit"
            name="answer"
            value="decline"
          >
            Decline
          </button>
        </form>
      )}
    </div>
  );
});
