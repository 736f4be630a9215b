import { toMail } from "./letter.ts";
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
        }, type this where you are signing in. It works once, within the next 10 minutes.`,
      },
      { kind: "code", code: `${code.slice(0, 3)} ${code.slice(3)}` },
      {
        kind: "note",
        text:
          "If you are not signing in, someone knows your password: please change it. Without this code they cannot get in. Nobody from ChatSphere ever asks for it.",
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
        }, somebody, we hope you, said on ChatSphere that the password of your account is forgotten.`,
      },
      { kind: "link", label: "Choose a new password", href: link },
      { kind: "note", text: "The link works once, within 30 minutes." },
      {
        kind: "note",
        text:
          "If this was not you, ignore it: your password stays as it is, and nobody can change it without this e-mail.",
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
          "If this was not you, write to whoever runs your ChatSphere right away.",
      },
    ],
  });
}
