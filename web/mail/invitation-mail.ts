import { toMail } from "./to-mail.ts";
import type { Mail } from "./mailer.ts";
import { named, namedInSubject } from "./names.ts";
import { dayInMail } from "./times.ts";

export interface InvitationMail {
  to: string;
  /** The name of the person who invites. */
  invitedBy: string;
  roomName: string;
  /** The link that accepts; whoever has it can join. */
  link: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

/** The e-mail that invites someone to a room, with or without an account of theirs. */
export function invitationMail(invitation: InvitationMail): Mail {
  const { to, invitedBy, roomName, link } = invitation;
  const until = dayInMail(invitation.expiresAt);
  return toMail({
    to,
    subject: `${namedInSubject(invitedBy)} invites you to the room “${
      namedInSubject(roomName)
    }” on ChatSphere`,
    heading: `${named(invitedBy)} invites you to “${named(roomName)}”`,
    pieces: [
      {
        kind: "paragraph",
        text:
          "It is a chat room on ChatSphere. If you do not have an account yet, you can create one on the way.",
      },
      { kind: "link", label: "Open the invitation", href: link },
      {
        kind: "note",
        text:
          `The link works once, until ${until}, for whoever uses it first. Do not pass it on.`,
      },
      {
        kind: "note",
        text:
          "If you did not expect this, ignore it. Nothing happens unless you accept.",
      },
    ],
  });
}
