import { escapeHtml, mailPage } from "../mail/html.ts";
import type { Mail } from "../mail/mailer.ts";

/** A plain letter in two forms: its paragraphs as text, and the same as HTML. */
const letter = (to: string, subject: string, paragraphs: string[]): Mail => ({
  to,
  subject,
  text: paragraphs.join("\n\n") + "\n",
  html: mailPage(paragraphs.map(escapeHtml)),
});

/** The e-mail that brings a sign-in code. */
export function codeMail(
  person: { name: string; email: string },
  code: string,
): Mail {
  const shown = `${code.slice(0, 3)} ${code.slice(3)}`;
  return letter(person.email, "Your ChatSphere sign-in code", [
    `Hello ${person.name},`,
    `your sign-in code is ${shown}. It works once, within the next 10 minutes.`,
    "If you are not signing in, someone knows your password: please change it. Without this code they cannot get in.",
  ]);
}

/** The e-mail that tells of a new password, in case it was not the person who chose it. */
export function passwordChangedMail(
  person: { name: string; email: string },
): Mail {
  return letter(person.email, "Your ChatSphere password was changed", [
    `Hello ${person.name},`,
    "the password of your ChatSphere account was just changed, and every other device was signed out.",
    "If this was not you, write to whoever runs your ChatSphere right away.",
  ]);
}
