import type { Addressee } from "./account-mails.ts";
import type { Mail } from "./mailer.ts";
import { named } from "./names.ts";
import { momentInMail } from "./times.ts";
import { toMail } from "./to-mail.ts";

/** A sign-in somebody is told of. */
export interface NewDevice extends Addressee {
  /** Browser and system, in words. */
  software?: string;
  network: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/** The e-mail that tells of a sign-in on a device that was not known. */
export function newDeviceMail(
  { name, email, software = "Unknown software", network, at }: NewDevice,
): Mail {
  return toMail({
    to: email,
    subject: "New sign-in to your ChatSphere account",
    heading: "New sign-in to your account",
    pieces: [
      {
        kind: "paragraph",
        text: `Hello ${
          named(name)
        }, someone signed in to your account on a device we have not seen before.`,
      },
      { kind: "note", text: `Device: ${software}` },
      { kind: "note", text: `Network: ${network}` },
      { kind: "note", text: `Time: ${momentInMail(at)}` },
      {
        kind: "note",
        text:
          "If this was not you, open My devices in your account, sign out the others, and change your password.",
      },
    ],
  });
}
