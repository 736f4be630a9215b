import { type Context, page } from "fresh";
import { BackToRoom } from "../../../components/BackToRoom.tsx";
import { ConfirmAddress } from "../../../components/ConfirmAddress.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { InviteForm } from "../../../components/InviteForm.tsx";
import { MemberList } from "../../../components/MemberList.tsx";
import { Notice } from "../../../components/Notice.tsx";
import { RoomLinkForm } from "../../../components/RoomLinkForm.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import { RoomNotifications } from "../../../components/RoomNotifications.tsx";
import { RoomSettings } from "../../../components/RoomSettings.tsx";
import { Title } from "../../../components/Title.tsx";
import {
  type Failure,
  failureOf,
  readForm,
  sentenceFor,
  textOf,
} from "../../../http/requests/forms.ts";
import { clockOf } from "../../../http/requests/clock.ts";
import { actOnMembers } from "../../../http/pages/members-actions.ts";
import { hasOutbox } from "../../../http/pages/outbox.ts";
import {
  loadRooms,
  readPage,
  type RoomEntry,
} from "../../../http/pages/room-list.ts";
import { personOf } from "../../../http/middleware/person.ts";
import { retentionOf } from "../../../http/pages/retention.ts";
import {
  invitedCookie,
  readInvitedCookie,
  readRemovedCookie,
  removedCookie,
} from "../../../accounts/cookies.ts";
import { findInvitation, listInvitations } from "../../../rooms/invitations.ts";
import { choiceOf } from "../../../notifications/settings.ts";
import type { RoomChoice } from "../../../notifications/store.ts";
import { listMembers } from "../../../rooms/members.ts";
import { linkOf, type RoomLink } from "../../../rooms/room-link.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import type {
  Member,
  Role,
  Room,
  SentInvitation,
} from "../../../rooms/types.ts";
import type { Account } from "../../../accounts/types.ts";
import type { Services } from "../../../services.ts";
import { shownOrigin } from "../../../reached.ts";
import { define, type State } from "../../../utils.ts";

interface Data {
  /** The link of the invitation just made. */
  link?: string;
  /** The name of the member just removed. */
  removed?: string;
  rooms: RoomEntry[];
  room: Room;
  role: Role;
  /** What the person is told of this room. */
  choice: RoomChoice | null;
  me: Account;
  members: Member[];
  invitations: SentInvitation[];
  /** Days after which messages are deleted, where they are. */
  retentionDays?: number;
  /** The room's own link, if it has one that works. */
  roomLink: RoomLink | null;
  /** Where links to this server begin, for whoever looks at the page. */
  origin: string;
  outbox: boolean;
  /** What the form before this page did. */
  done: string | null;
  /** What was typed into a form that came back. */
  typed: { email?: string; name?: string; description?: string };
  failure?: Failure;
}

async function load(
  s: Services,
  me: Account,
  roomId: string,
  { origin, outbox }: Pick<Data, "origin" | "outbox">,
): Promise<Data> {
  const [
    { room, role },
    { rooms },
    members,
    invitations,
    roomLink,
    choice,
    retentionDays,
  ] = await Promise.all([
    findRoom(s, me.id, roomId),
    loadRooms(s, me),
    listMembers(s, me.id, roomId),
    listInvitations(s, me.id, roomId),
    linkOf(s, me.id, roomId),
    choiceOf(s, me.id, roomId),
    retentionOf(s.config),
  ]);
  return {
    rooms,
    room,
    role,
    choice,
    me,
    members,
    invitations,
    roomLink,
    retentionDays,
    origin,
    outbox,
    done: null,
    typed: {},
  };
}

/** How long the page shows the link of an invitation just made, which is kept nowhere else. */
const LINK_SHOWN_MS = 10 * 60_000;

/** How long the page can say the name of the member just removed. */
const NAME_SHOWN_MS = 60_000;

/** Where links and e-mails are, for whoever asks. */
const placesOf = (ctx: Context<State>) => ({
  origin: shownOrigin(ctx, ctx.state.services.config),
  outbox: hasOutbox(ctx),
});

export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    const data = await load(
      ctx.state.services,
      me,
      ctx.params.id,
      placesOf(ctx),
    );
    data.done = ctx.url.searchParams.get("done");
    const { config } = ctx.state.services;
    if (data.done === "remove") {
      data.removed = readRemovedCookie(config, ctx.req.headers) ?? undefined;
    }
    const code = readInvitedCookie(config, ctx.req.headers);
    if (code && data.done?.startsWith("invite")) {
      const invitation = await findInvitation(ctx.state.services, code);
      if (invitation?.roomId === data.room.id) {
        data.link = `${shownOrigin(ctx, config)}/invitations/${code}`;
      }
    }
    return page(data);
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const form = await readForm(ctx.req);
    try {
      const { location, link, removed } = await actOnMembers(
        services,
        me,
        id,
        form,
      );
      const answer = ctx.redirect(location, 303);
      if (link) {
        const code = link.slice(link.lastIndexOf("/") + 1);
        const until = Date.now() + LINK_SHOWN_MS;
        const cookie = invitedCookie(services.config, code, until);
        answer.headers.append("set-cookie", cookie);
      }
      if (removed) {
        const until = Date.now() + NAME_SHOWN_MS;
        const cookie = removedCookie(services.config, removed, until);
        answer.headers.append("set-cookie", cookie);
      }
      return answer;
    } catch (error) {
      const failure = failureOf(
        error,
        ["email", "name", "description"],
        requestId,
      );
      // Throws again for people who are no members: they see no page at all.
      const data = await load(services, me, id, placesOf(ctx));
      for (const field of ["email", "name", "description"] as const) {
        if (form.has(field)) data.typed[field] = textOf(form, field);
      }
      return page({ ...data, failure }, { status: failure.status });
    }
  },
});

const DONE: Record<string, string> = {
  invite: "Invitation sent. It works once, within 7 days.",
  "invite-outbox": "Invitation created. It works once, within 7 days.",
  "invite-waiting":
    "The mail server did not accept the e-mail just now. We will keep trying for a day.",
  revoke: "Invitation revoked.",
  remove: "The member was removed.",
  rename: "Room renamed.",
  describe: "Saved.",
  link: "The link is ready. Copy it below.",
  unlink: "The link no longer works.",
  role: "The role was changed.",
  archive: "The room is archived. It can be read, and nothing can be added.",
  restore: "The room is back.",
  notify: "Saved. It applies from now on.",
};

/** The same for what went wrong after all. */
const FAILED: Record<string, string> = {
  "invite-refused":
    "Their mail server refused the e-mail. Check that the address is right.",
  "invite-exhausted":
    "The e-mail could not be delivered. Please try again later.",
};

/** What is special about a room that is not for those who are invited. */
const KINDS = {
  open: "This room is open: anyone on this server can find it and join.",
  direct:
    "This is a direct conversation: nobody can be invited to it or removed.",
};

/** What is said where messages do not stay. */
const deletedAfter = (days: number): string =>
  days === 1
    ? "Messages are deleted one day after they were sent, with their files and recordings."
    : `Messages are deleted ${days} days after they were sent, with their files and recordings.`;

export default define.page<typeof handler>(({ data, req, url }) => {
  const { rooms, room, role, me, members, invitations, done, failure } = data;
  const { roomLink } = data;
  const isDirect = room.kind === "direct";
  const isArchived = room.archivedAt !== undefined;
  // Without a mail server nothing was sent.
  const isKept = done === "invite" && data.outbox;
  const happened = sentenceFor(DONE, isKept ? "invite-outbox" : done);
  const failed = sentenceFor(FAILED, done);
  // Where one looks after sending: beside the form.
  const isInvite = done?.startsWith("invite") || done === "revoke";
  const notice = (
    <>
      {happened && (
        <Notice icon={done === "invite-waiting" ? "clock" : "check"} answer>
          {data.removed
            ? (
              <>
                <bdi>{data.removed}</bdi> was removed.
              </>
            )
            : happened}
          {isKept && (
            <>
              {" "}
              No mail server is set up, so the e-mail was not sent. It is in
              {" "}
              <a href="/outbox">the outbox on this machine</a>.
            </>
          )}
        </Notice>
      )}
      {failed && <Notice danger answer>{failed}</Notice>}
    </>
  );
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title text={`Members of ${room.name}`} failed={Boolean(failure)} />
        <BackToRoom room={room} />
        <h1>Members</h1>
        <p class="soft">
          {members.length === 1
            ? "Only you so far"
            : `${members.length} people`}
          {!isDirect && !isArchived && (
            <>
              {" · "}
              <a href="#invite">Invite someone</a>
            </>
          )}
        </p>
        {room.description && <p dir="auto">{room.description}</p>}
        {room.kind !== "closed" && <p class="soft">{KINDS[room.kind]}</p>}
        {data.retentionDays !== undefined && (
          <p class="soft">{deletedAfter(data.retentionDays)}</p>
        )}
        {!isInvite && notice}
        <FormNotice failure={failure} />
        <MemberList
          members={members}
          me={me.id}
          isAdmin={role === "admin"}
          page={readPage(url)}
        />
        {!isDirect && !isArchived && (
          <InviteForm
            first={me.unconfirmedUntil === undefined
              ? undefined
              : (
                <ConfirmAddress
                  account={me}
                  outbox={data.outbox}
                  clock={clockOf(req)}
                />
              )}
            invitations={invitations}
            email={data.typed.email}
            error={failure?.fields.email}
            clock={clockOf(req)}
            notice={isInvite && notice}
            link={data.link}
          />
        )}
        {!isDirect && !isArchived && (
          <RoomLinkForm
            link={roomLink && {
              ...roomLink,
              address: `${data.origin}/join/${roomLink.code}`,
            }}
            isAdmin={role === "admin"}
            clock={clockOf(req)}
          />
        )}
        <RoomNotifications choice={data.choice} />
        {!isDirect && (
          <RoomSettings
            room={room}
            isAdmin={role === "admin"}
            isLast={members.length === 1}
            isOnlyAdmin={role === "admin" && members.length > 1 &&
              members.filter((it) => it.role === "admin").length === 1}
            typed={data.typed}
            errors={failure?.fields ?? {}}
          />
        )}
      </div>
    </>
  );
});
