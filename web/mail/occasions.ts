import {
  type Addressee,
  type ConfirmAddress,
  confirmAddressMail,
  passwordChangedMail,
} from "./account-mails.ts";
import {
  type AddressMail,
  addressTakenMail,
  formerAddressMail,
  newAddressMail,
} from "./address-mails.ts";
import { type NewDevice, newDeviceMail } from "./device-mail.ts";
import { factorChangedMail, type FactorMail } from "./factor-mails.ts";
import { type InvitationMail, invitationMail } from "./invitation-mail.ts";
import { digestMail, type Unread } from "./digest-mail.ts";
import type { Mail } from "./mailer.ts";

/** What is kept of an e-mail in the queue: why it is written, not its words. */
export type Occasion =
  | { kind: "invitation" } & InvitationMail
  | { kind: "confirm-address" } & ConfirmAddress
  | { kind: "new-address" | "former-address" } & AddressMail
  | { kind: "address-taken" } & Addressee
  | { kind: FactorMail } & Addressee
  | { kind: "new-device" } & NewDevice
  | { kind: "unread" } & Unread
  | { kind: "password-changed" } & Addressee;

/** The e-mail for an occasion; the same one for the same occasion. */
export function write(occasion: Occasion): Mail {
  switch (occasion.kind) {
    case "invitation":
      return invitationMail(occasion);
    case "confirm-address":
      return confirmAddressMail(occasion);
    case "new-address":
      return newAddressMail(occasion);
    case "address-taken":
      return addressTakenMail(occasion);
    case "former-address":
      return formerAddressMail(occasion);
    case "face-stored":
    case "face-deleted":
    case "passkey-added":
    case "passkey-removed":
    case "recovery-made":
    case "recovery-used":
    case "recovery-last":
      return factorChangedMail(occasion, occasion.kind);
    case "new-device":
      return newDeviceMail(occasion);
    case "unread":
      return digestMail(occasion);
    case "password-changed":
      return passwordChangedMail(occasion);
  }
}
