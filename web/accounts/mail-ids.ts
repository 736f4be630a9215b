/** The names of an account's e-mails in the queue, one of each kind at a time. */

/** For how long after it a person is told of a new password or face. */
export const TOLD_MS = 2 * 24 * 60 * 60 * 1000;

/** The e-mail about the newest password. */
export const passwordMailId = (accountId: string): string =>
  `password-of-${accountId}`;

/** The e-mail about the newest face, or its deletion. */
export const faceMailId = (accountId: string): string => `face-of-${accountId}`;

/** The e-mail with the newest link that confirms the address. */
export const confirmationMailId = (accountId: string): string =>
  `confirm-address-of-${accountId}`;

/** The e-mail with the newest link to an address the account is to have. */
export const newAddressMailId = (accountId: string): string =>
  `new-address-of-${accountId}`;

/** The e-mail to the address the account had before. */
export const formerAddressMailId = (accountId: string): string =>
  `former-address-of-${accountId}`;

/** All of them. */
export const mailIdsOf = (accountId: string): string[] =>
  [
    passwordMailId,
    faceMailId,
    confirmationMailId,
    newAddressMailId,
    formerAddressMailId,
  ].map((id) => id(accountId));
