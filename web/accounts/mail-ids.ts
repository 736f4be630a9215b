/** The names of an account's e-mails in the queue, one of each kind at a time. */

/** For how long after it a person is told of a change of the password or a factor. */
export const TOLD_MS = 2 * 24 * 60 * 60 * 1000;

/** The e-mail about the newest password. */
export const passwordMailId = (accountId: string): string =>
  `password-of-${accountId}`;

/** The e-mail about the newest change of what the account is signed in to with. */
export const factorMailId = (accountId: string): string =>
  `face-of-${accountId}`;

/** The e-mail with the newest link that confirms the address. */
export const confirmationMailId = (accountId: string): string =>
  `confirm-address-of-${accountId}`;

/** The e-mail with the newest link to an address the account is to have. */
export const newAddressMailId = (accountId: string): string =>
  `new-address-of-${accountId}`;

/** The e-mail to the address the account had before. */
export const formerAddressMailId = (accountId: string): string =>
  `former-address-of-${accountId}`;

/** The e-mail about the newest sign-in on a device that was not known. */
export const newDeviceMailId = (accountId: string): string =>
  `new-device-of-${accountId}`;

/** All of them. */
export const mailIdsOf = (accountId: string): string[] =>
  [
    passwordMailId,
    factorMailId,
    confirmationMailId,
    newAddressMailId,
    formerAddressMailId,
    newDeviceMailId,
  ].map((id) => id(accountId));
