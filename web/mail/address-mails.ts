import type { Addressee } from "./account-mails.ts";
import type { Mail } from "./mailer.ts";
import { named } from "./names.ts";
import { toMail } from "./to-mail.ts";

/** An e-mail to an address an account had or is to have. */
export interface AddressMail extends Addressee {
  link: string;
}

/** The e-mail with the link that makes this the address of an account. */
export function newAddressMail({ name, email, link }: AddressMail): Mail {
  return toMail({
    to: email,
    subject: "Confirm your new address for ChatSphere",
    heading: "Confirm your new address",
    pieces: [
      {
        kind: "paragraph",
        text: `Hello ${
          named(name)
        }, open this link to use this address for your ChatSphere account.`,
      },
      { kind: "link", label: "Use this address", href: link },
      { kind: "note", text: "The link works once, within an hour." },
      {
        kind: "note",
        text: "If you did not ask for this, ignore this e-mail.",
      },
    ],
  });
}

/** The e-mail to somebody whose address was to become that of another account. */
export function addressTakenMail({ email }: Addressee): Mail {
  return toMail({
    to: email,
    subject: "You already have a ChatSphere account",
    heading: "This address already has an account",
    pieces: [
      {
        kind: "paragraph",
        text:
          "Someone tried to use this address for another ChatSphere account. Nothing was changed, because an account with this address already exists.",
      },
      {
        kind: "note",
        text:
          "If it was you, delete the account with this address first, or use another address.",
      },
    ],
  });
}

/** The e-mail that tells an address that its account has another now, and brings the way back. */
export function formerAddressMail({ name, email, link }: AddressMail): Mail {
  return toMail({
    to: email,
    subject: "Your ChatSphere address was changed",
    heading: "Your address was changed",
    pieces: [
      {
        kind: "paragraph",
        text: `Hello ${
          named(name)
        }, your ChatSphere account now uses another e-mail address. You will get no more e-mails about it here.`,
      },
      {
        kind: "paragraph",
        text:
          "If it was not you, take the account back with this link. It signs out every device, and you then choose a new password.",
      },
      { kind: "link", label: "Take my account back", href: link },
      { kind: "note", text: "The link works for 7 days." },
    ],
  });
}
