import type { Mailer } from "../services.ts";
import { readEmail } from "../accounts/email.ts";
import { MailError } from "./mail-error.ts";

/** One e-mail, with its words twice: plain and as HTML. */
export type Mail = Parameters<Mailer["send"]>[0];

/** The address shown as the sender when nothing else is configured. */
export const DEFAULT_FROM = "ChatSphere <chatsphere@localhost>";

/** One address and nothing a header or an address list could be broken with (RFC 5322 §3.4). */
const BARE_ADDRESS = /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/;

/** Control characters, and those that turn the direction of the text after them. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e]+/gu;

/** Characters of a subject: one without spaces cannot be folded, and lines end at 998. */
const SUBJECT_LENGTH = 250;

/** The subject as one line of readable length. */
function oneLine(subject: string): string {
  const line = subject.replace(UNSEEN, " ").replace(/\s+/g, " ").trim();
  const characters = [...line];
  if (characters.length <= SUBJECT_LENGTH) return line;
  return characters.slice(0, SUBJECT_LENGTH - 1).join("") + "…";
}

/** The domain of the address in `from`, as `Name <a@b>` or `a@b`. */
export const domainOf = (from: string): string =>
  from.match(/@([^\s@<>]+)>?\s*$/)?.[1] ?? "localhost";

/**
 * The message as nodemailer takes it. The recipient is given as an object and again in the
 * envelope, so that text in it is never parsed as a list of addresses, with the domain by which
 * accounts are told apart: nodemailer would make another of some. The subject is one line;
 * nodemailer may not read files or URLs. Programs that answer mail by themselves are asked not
 * to (RFC 3834 §5).
 *
 * @throws {MailError} `invalid-address` (422) when `to` is not exactly one address.
 */
export function toMessage(mail: Mail, from: string) {
  if (!BARE_ADDRESS.test(mail.to)) throw MailError.invalidAddress();
  const { id, text, html, unsubscribe } = mail;
  return {
    from,
    to: { name: "", address: readEmail(mail.to) ?? mail.to },
    subject: oneLine(mail.subject),
    text,
    html,
    ...(id && { messageId: `<${id}@${domainOf(from)}>` }),
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      ...(unsubscribe && {
        "List-Unsubscribe": `<${unsubscribe}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
