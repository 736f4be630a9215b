/** A key of a room; the braces put all of them into one cluster slot. */
export const roomKey = (roomId: string, name: string): string =>
  `chatsphere:{${roomId}}:${name}`;

/** Keys of a room, in the order of their names. */
export const roomKeys = (roomId: string, ...names: string[]): string[] =>
  names.map((name) => roomKey(roomId, name));
