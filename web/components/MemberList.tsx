import { Once } from "./Once.tsx";
import type { Member } from "../rooms/types.ts";
import { huesFor } from "../rooms/hues.ts";
import { Avatar } from "./Avatar.tsx";

/** Members of one page of the list. */
export const MEMBERS_PAGE = 200;

/** The members of a room, in pages; admins can change what they are, or remove them. */
export function MemberList({ members, me, isAdmin, page }: {
  members: Member[];
  me: string;
  isAdmin: boolean;
  /** Its number, from 1. */
  page: number;
}) {
  const hues = huesFor(members);
  const from = (page - 1) * MEMBERS_PAGE;
  const shown = members.slice(from, from + MEMBERS_PAGE);
  const admins = members.filter(({ role }) => role === "admin").length;
  const isLast = from + MEMBERS_PAGE >= members.length;
  return (
    <>
      <ul class="people">
        {shown.map((member) => (
          <li key={member.id} class="person">
            <Avatar
              id={member.id}
              name={member.name}
              hue={hues[member.id]}
              linked
            />
            <span class="person-name">
              <a
                class="truncate"
                href={`/people/${member.id}`}
                title={member.name}
              >
                <bdi>{member.name}</bdi>
              </a>
              {member.id === me && <span class="soft">(you)</span>}
            </span>
            {member.role === "admin" && <span class="soft small">Admin</span>}
            {isAdmin && (member.id !== me || admins > 1) && (
              <Change member={member} isMe={member.id === me} />
            )}
          </li>
        ))}
      </ul>
      {!isLast && (
        <p>
          <a href={`?page=${page + 1}`}>More members</a>
        </p>
      )}
    </>
  );
}

/** What an admin can make of a member; of themselves an admin can make a plain member again. */
function Change({ member, isMe }: { member: Member; isMe: boolean }) {
  const isAdmin = member.role === "admin";
  return (
    <details class="confirm">
      <summary
        class="button button-plain"
        aria-label={`Change ${member.name}`}
      >
        Change
      </summary>
      <form method="post" class="actions">
        <Once />
        <input type="hidden" name="intent" value="role" />
        <input type="hidden" name="member" value={member.id} />
        <input
          type="hidden"
          name="role"
          value={isAdmin ? "member" : "admin"}
        />
        <p>
          Admins rename and archive the room, remove people and delete messages.
        </p>
        <button class="button button-quiet" type="submit">
          {isAdmin ? "Make a plain member" : "Make an admin"}
        </button>
      </form>
      {!isMe && (
        <form method="post" class="actions">
          <Once />
          <input type="hidden" name="intent" value="remove" />
          <input type="hidden" name="member" value={member.id} />
          <p>
            <bdi>{member.name}</bdi>{" "}
            will lose access at once. Their messages stay.
          </p>
          <button class="button button-danger" type="submit">
            Remove from the room
          </button>
        </form>
      )}
    </details>
  );
}
