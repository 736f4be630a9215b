import { escapeHtml, mailPage } from "./html.ts";
import type { Mail } from "./mailer.ts";

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

const day = new Intl.DateTimeFormat("en", {
  weekday: "long",
  day: "numeric",
  month: "long",
  timeZone: "UTC",
});

/** The e-mail that invites someone to a room, with or without an account of theirs. */
export function invitationMail(invitation: InvitationMail): Mail {
  const { to, invitedBy, roomName, link } = invitation;
  const until = day.format(invitation.expiresAt);
  const opening = `${invitedBy} invites you to the room “${roomName}”`;
  const validity =
    `The link works once, until ${until}. If you have no account yet, you can make one on the way.`;
  const unexpected =
    `If you did not expect this, ignore it: nothing happens unless you open the link.`;
  return {
    to,
    subject: `${opening} on ChatSphere`,
    text: [`${opening} on ChatSphere.`, link, validity, unexpected]
      .join("\n\n") + "\n",
    html: mailPage([
      `${escapeHtml(opening)} on ChatSphere.`,
      `<a href="${escapeHtml(link)}">Open the invitation</a>`,
      escapeHtml(validity),
      escapeHtml(unexpected),
    ]),
  };
}
