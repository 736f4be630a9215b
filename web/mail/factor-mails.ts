import type { Addressee } from "./account-mails.ts";
import type { Mail } from "./mailer.ts";
import { named } from "./names.ts";
import { toMail } from "./to-mail.ts";

const CHANGES = {
  "face-stored": {
    subject: "Your ChatSphere face was changed",
    heading: "A new face was stored",
    text: (name: string) =>
      `Hello ${name}, a new face was stored for your ChatSphere account, and every other device was signed out.`,
  },
  "face-deleted": {
    subject: "Your ChatSphere face was deleted",
    heading: "Your face was deleted",
    text: (name: string) =>
      `Hello ${name}, the face stored for your ChatSphere account was deleted. You now sign in without it.`,
  },
  "passkey-added": {
    subject: "A passkey was added to your ChatSphere account",
    heading: "A passkey was added",
    text: (name: string) =>
      `Hello ${name}, a passkey was added to your ChatSphere account. Whoever holds it can sign in.`,
  },
  "recovery-made": {
    subject: "New recovery codes for your ChatSphere account",
    heading: "New recovery codes were made",
    text: (name: string) =>
      `Hello ${name}, new recovery codes were made for your ChatSphere account. Those from before no longer work.`,
  },
  "recovery-used": {
    subject: "A recovery code of your ChatSphere account was used",
    heading: "A recovery code was used",
    text: (name: string) =>
      `Hello ${name}, somebody signed in to your ChatSphere account with your password and a recovery code. That code is used up.`,
  },
  "recovery-last": {
    subject: "The last recovery code of your ChatSphere account was used",
    heading: "Your last recovery code was used",
    text: (name: string) =>
      `Hello ${name}, somebody signed in to your ChatSphere account with your password and a recovery code. It was the last one: make ten new ones under “My recovery codes” in your account.`,
  },
  "passkey-removed": {
    subject: "A passkey of your ChatSphere account was removed",
    heading: "A passkey was removed",
    text: (name: string) =>
      `Hello ${name}, a passkey of your ChatSphere account was removed, and every other device was signed out.`,
  },
};

/** What such an e-mail can be about. */
export type FactorMail = keyof typeof CHANGES;

/** What can happen to what somebody signs in with. */
export type FactorChange = Exclude<FactorMail, "recovery-last">;

/** The e-mail that tells of a change of a factor, in case it was not the person who made it. */
export function factorChangedMail(
  { name, email }: Addressee,
  change: FactorMail,
): Mail {
  const { subject, heading, text } = CHANGES[change];
  return toMail({
    to: email,
    subject,
    heading,
    pieces: [
      { kind: "paragraph", text: text(named(name)) },
      {
        kind: "note",
        text:
          "If this was not you, contact whoever runs your ChatSphere right away.",
      },
    ],
  });
}
