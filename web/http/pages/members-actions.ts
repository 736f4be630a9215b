/** What the forms of a room's members page do. */
import { finishErasuresSoon } from "../../accounts/erasures.ts";
import type { Account } from "../../accounts/types.ts";
import type { Delivery } from "../../mail/queue-store.ts";
import { choiceNamed, chooseFor } from "../../notifications/settings.ts";
import { revokeInvitation } from "../../rooms/invitations.ts";
import { invite } from "../../rooms/invite.ts";
import {
  endRoom,
  leaveRoom,
  listMembers,
  removeMember,
} from "../../rooms/members.ts";
import { resendInvitation } from "../../rooms/resend.ts";
import { makeLink, revokeLink } from "../../rooms/room-link.ts";
import { changeRoom, setRole } from "../../rooms/settings.ts";
import type { Services } from "../../services.ts";
import { textOf, unknownIntent } from "../requests/forms.ts";

/** What a form led to: where to go, and for whoever invited the link to pass on. */
export interface MembersDone {
  location: string;
  link?: string;
  /** The name of the member just removed. */
  removed?: string;
}

/** What to say after an e-mail was sent, or was not. */
const doneBy = ({ delivery }: { delivery: Delivery }): string =>
  delivery === "sent" ? "invite" : `invite-${delivery}`;

/** Does what a form of this page asks for; gives the address to go to. */
export async function actOnMembers(
  s: Services,
  me: Account,
  roomId: string,
  form: FormData,
): Promise<MembersDone> {
  const members = `/rooms/${encodeURIComponent(roomId)}/members`;
  const intent = textOf(form, "intent");
  let done = intent;
  let link: string | undefined;
  let removed: string | undefined;
  switch (intent) {
    case "invite": {
      const sent = await invite(s, me, roomId, textOf(form, "email"));
      [done, link] = [doneBy(sent), sent.link];
      break;
    }
    case "resend": {
      const id = textOf(form, "invitation");
      const sent = await resendInvitation(s, me, roomId, id);
      [done, link] = [doneBy(sent), sent.link];
      break;
    }
    case "revoke":
      await revokeInvitation(s, me, roomId, textOf(form, "invitation"));
      break;
    case "remove": {
      const id = textOf(form, "member");
      const before = await listMembers(s, me.id, roomId);
      removed = before.find((member) => member.id === id)?.name;
      await removeMember(s, me, roomId, id);
      finishErasuresSoon(s);
      break;
    }
    case "rename":
      await changeRoom(s, me, roomId, { name: textOf(form, "name") });
      break;
    case "link":
      await makeLink(s, me, roomId, {
        days: Number(textOf(form, "days")),
        people: Number(textOf(form, "people")),
        // The form stands only where the page shows no link.
      }, { onlyFirst: true });
      break;
    case "unlink":
      await revokeLink(s, me, roomId);
      break;
    case "describe":
      await changeRoom(s, me, roomId, {
        description: textOf(form, "description"),
      });
      break;
    case "role": {
      const role = textOf(form, "role") === "admin" ? "admin" : "member";
      await setRole(s, me, roomId, textOf(form, "member"), role);
      break;
    }
    case "archive":
    case "restore":
      await changeRoom(s, me, roomId, { archived: intent === "archive" });
      break;
    case "end":
      await endRoom(s, me, roomId);
      finishErasuresSoon(s);
      return { location: "/rooms" };
    case "notify":
      await chooseFor(s, me.id, roomId, choiceNamed(textOf(form, "choice")));
      break;
    case "leave":
      await leaveRoom(s, me, roomId);
      finishErasuresSoon(s);
      return { location: "/rooms" };
    default:
      throw unknownIntent();
  }
  const location = `${members}?done=${encodeURIComponent(done)}`;
  return { location, link, removed };
}
