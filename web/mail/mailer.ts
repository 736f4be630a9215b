import { AppError } from "../errors.ts";
import type { Mailer } from "../services.ts";

/** One e-mail, with its words twice: plain and as HTML. */
export type Mail = Parameters<Mailer["send"]>[0];

/** The address shown as the sender when nothing else is configured. */
export const DEFAULT_FROM = "ChatSphere <chatsphere@localhost>";

/** One address and nothing a header or an address list could be broken with (RFC 5322 §3.4). */
const BARE_ADDRESS = /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/;

/**
 * The message as nodemailer takes it. The recipient is given as an object and again in the
 * envelope, so that text in it is never parsed as a list of addresses; nodemailer folds line
 * breaks in the subject, and may not read files or URLs.
 *
 * @throws {AppError} `invalid-address` (422) when `to` is not exactly one address.
 */
export function toMessage(mail: Mail, from: string) {
  if (!BARE_ADDRESS.test(mail.to)) {
    throw new AppError({
      code: "invalid-address",
      status: 422,
      message: "This is not an e-mail address we can write to.",
    });
  }
  return {
    from,
    to: { name: "", address: mail.to },
    subject: mail.subject.replace(/\s+/g, " ").trim(),
    text: mail.text,
    html: mail.html,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** What to throw when the e-mail could not be handed over. */
export const mailFailed = (cause: unknown): AppError =>
  new AppError({
    code: "mail-failed",
    status: 503,
    message: "The e-mail could not be sent. Please try again in a few minutes.",
    cause,
  });
