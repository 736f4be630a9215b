import { Once } from "../../components/Once.tsx";
import { page } from "fresh";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Title } from "../../components/Title.tsx";
import { AppError } from "../../errors.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import type { Account } from "../../accounts/types.ts";
import { acceptInvitation } from "../../rooms/accept.ts";
import { readInvitation } from "../../rooms/invitation-store.ts";
import { findInvitation, rejectInvitation } from "../../rooms/invitations.ts";
import { isMember } from "../../rooms/rooms.ts";
import type { Invitation } from "../../rooms/types.ts";
import type { Services } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  invitation: Invitation;
  /** The room's path, for someone who is a member of it already. */
  inside: string | null;
  failure?: Failure;
}

async function read(s: Services, code: string): Promise<Invitation> {
  const invitation = await findInvitation(s, code);
  if (invitation) return invitation;
  if (await readInvitation(s, code)) {
    throw new AppError({
      code: "room-gone",
      status: 410,
      message:
        "The room of this invitation no longer exists. Ask whoever invited you.",
    });
  }
  throw new AppError({
    code: "invitation-unknown",
    status: 404,
    message:
      "There is no invitation at this link. Check that you copied all of it, or ask for a new one.",
  });
}

/** Where the room is, when this person can open it. */
async function pathInside(
  s: Services,
  account: Account | null,
  { roomId }: Invitation,
): Promise<string | null> {
  const inside = account !== null && await isMember(s, account.id, roomId);
  return inside ? `/rooms/${roomId}` : null;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services, account } = ctx.state;
    const invitation = await read(services, ctx.params.code);
    const inside = await pathInside(services, account, invitation);
    return page<Data>({ invitation, inside });
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
      const inside = await pathInside(services, account, invitation);
      return page<Data>(
        { invitation, inside, failure },
        { status: failure.status },
      );
    }
  },
});

/** What to say about an invitation that no longer works. */
const OVER: Record<Exclude<Invitation["status"], "pending">, string> = {
  accepted: "This invitation has been used. Each one lets one person in.",
  rejected:
    "This invitation was declined. Changed your mind? Ask for a new one.",
  revoked:
    "This invitation was revoked or replaced by a newer one. Look for the newer one in your e-mail, or ask for it.",
  expired: "This invitation is more than 7 days old. Ask for a new one.",
};

/** For someone who has to say first who they are. */
function Stranger({ next }: { next: string }) {
  return (
    <>
      <p>
        To join, create an account or sign in. You will come back here
        afterwards.
      </p>
      <p class="actions">
        <a class="button" href={`/register?next=${next}`}>Create an account</a>
        <a class="button button-quiet" href={`/login?next=${next}`}>Sign in</a>
      </p>
    </>
  );
}

export default define.page<typeof handler>(({ data, state, params }) => {
  const { invitation, inside, failure } = data;
  const { account } = state;
  const { invitedBy, isArchived, roomName, status } = invitation;
  const open = status === "pending" && !inside;
  const joinable = open && !isArchived;
  const next = encodeURIComponent(`/invitations/${params.code}`);
  return (
    <div class="column column-narrow stack">
      <Title text={`Invitation to ${roomName}`} failed={Boolean(failure)} />
      <h1>
        <bdi>{roomName}</bdi>
      </h1>
      <p class="soft">
        {open
          ? (
            <>
              <bdi>{invitedBy}</bdi> invites you to this room.
            </>
          )
          : (
            <>
              <bdi>{invitedBy}</bdi> invited you to this room.
            </>
          )}
      </p>
      <FormNotice failure={inside ? undefined : failure} />
      {open && isArchived && !failure && (
        <p>
          This room is archived, so nobody can join it until an admin brings it
          back. The invitation stays open.
        </p>
      )}
      {inside && (
        <p>
          You are a member of this room. {status === "pending" &&
            "The invitation stays open for someone else."}
        </p>
      )}
      {!inside && status !== "pending" && (
        <p>
          {OVER[status]} {!account && status === "accepted" &&
            "Was it you? Sign in to open the room."}
        </p>
      )}
      {!open && (
        <p>
          {inside
            ? <a class="button" href={inside}>Open the room</a>
            : account
            ? <a class="button" href="/rooms">Go to your rooms</a>
            : status === "accepted"
            ? <a class="button" href={`/login?next=${next}`}>Sign in</a>
            : <a class="button" href="/">Go to the home page</a>}
        </p>
      )}
      {joinable && account && (
        <p>
          You join as <bdi>{account.name}</bdi>,{" "}
          {account.email}. Not you? Sign out first, then open the link again.
        </p>
      )}
      {joinable && !account && <Stranger next={next} />}
      {open && (
        <form method="post" class="actions">
          <Once />
          {joinable && account && (
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
