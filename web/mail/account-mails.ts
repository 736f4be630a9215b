import { toMail } from "./to-mail.ts";
import type { Mail } from "./mailer.ts";
import { named } from "./names.ts";

/** Whom an e-mail about an account goes to. */
export interface Addressee {
  name: string;
  email: string;
}

/** The e-mail that brings a sign-in code, which works for 10 minutes. */
export function codeMail({ name, email }: Addressee, code: string): Mail {
  return toMail({
    to: email,
    subject: "Your ChatSphere sign-in code",
    heading: "Your sign-in code",
    pieces: [
      {
        kind: "paragraph",
        text: `Hello ${
          named(name)
        }, type this code where you are signing in. It works once, within 10 minutes.`,
      },
      { kind: "code", code: `${code.slice(0, 3)} ${code.slice(3)}` },
      {
        kind: "note",
        text:
          "If you are not signing in, someone knows your password. Please change it. They cannot get in without this code, and nobody from ChatSphere will ever ask you for it.",
      },
    ],
  });
}

/** The e-mail with the link to a new password, for a person who forgot theirs. */
export function resetMail({ name, email }: Addressee, link: string): Mail {
  return toMail({
    to: email,
    subject: "Choose a new ChatSphere password",
    heading: "Choose a new password",
    pieces: [
      {
        kind: "paragraph",
        text: `Hello ${
          named(name)
        }, someone, we hope you, asked to reset your ChatSphere password.`,
      },
      { kind: "link", label: "Choose a new password", href: link },
      { kind: "note", text: "The link works once, within 30 minutes." },
      {
        kind: "note",
        text:
          "If this was not you, ignore this e-mail. Your password stays as it is, and nobody can change it without this link.",
      },
    ],
  });
}

/** Whose address is to be confirmed, and how. */
export interface ConfirmAddress extends Addressee {
  link: string;
}

/** The e-mail with the link that confirms the address of a new account. */
export function confirmAddressMail(
  { name, email, link }: ConfirmAddress,
): Mail {
  return toMail({
    to: email,
    subject: "Confirm your e-mail address for ChatSphere",
    heading: "Confirm your e-mail address",
    pieces: [
      {
        kind: "paragraph",
        text: `Hello ${
          named(name)
        }, someone made a ChatSphere account with this address. If it was you, open the link to confirm it.`,
      },
      { kind: "link", label: "Open the link", href: link },
      {
        kind: "note",
        text:
          "We remove the account after 48 hours unless its address is confirmed.",
      },
      {
        kind: "note",
        text:
          "If it was not you, the link also lets you remove the account right away.",
      },
    ],
  });
}

/** The e-mail that tells of a new password, in case it was not the person who chose it. */
export function passwordChangedMail({ name, email }: Addressee): Mail {
  return toMail({
    to: email,
    subject: "Your ChatSphere password was changed",
    heading: "Your password was changed",
    pieces: [
      {
        kind: "paragraph",
        text: `Hello ${
          named(name)
        }, the password of your ChatSphere account was changed, and every other device was signed out.`,
      },
      {
        kind: "note",
        text:
          "If this was not you, contact whoever runs your ChatSphere right away.",
      },
    ],
  });
}
