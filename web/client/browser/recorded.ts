/** What says that a room has a recording which is not sent, so that only then is looked for it. */
export const recordedKey = (me: string, roomId: string): string =>
  `chatsphere/${me}/${roomId}/recording`;

/** Whether a key is such a one, of whomever and whatever room. */
export const isRecordedKey = (key: string): boolean =>
  /^chatsphere\/[^/]+\/[^/]+\/recording$/.test(key);
