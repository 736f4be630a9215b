/** What says that a room has a recording which is not sent, so that only then is looked for it. */
export const recordedKey = (me: string, roomId: string): string =>
  `chatsphere/${me}/${roomId}/recording`;
