import type { AuditKind } from "./events.ts";

/** Who did it, and to whom, as they are called now. */
export interface Said {
  who: string;
  whom: string;
  /** What the room is called, for those who are in it. */
  room?: string;
}

/** What is said of each kind of event. */
export const WORDS: Record<AuditKind, (said: Said) => string> = {
  "account-made": ({ who }) => `${who} created an account.`,
  "account-deleted": ({ who }) => `${who} deleted their account.`,
  "signed-in-face": ({ who }) => `${who} signed in with their face.`,
  "signed-in-passkey": ({ who }) => `${who} signed in with a passkey.`,
  "signed-in-code": ({ who }) => `${who} signed in with an e-mail code.`,
  "signed-in-recovery": ({ who }) => `${who} signed in with a recovery code.`,
  "signed-out-everywhere": ({ who }) => `${who} signed out on every device.`,
  "password-changed": ({ who }) => `${who} changed their password.`,
  "password-reset": ({ who }) =>
    `${who} chose a new password with a link from an e-mail.`,
  "address-changed": ({ who }) => `${who} changed their e-mail address.`,
  "address-restored": ({ who }) =>
    `${who} took their account back with their old e-mail address.`,
  "face-stored": ({ who }) => `${who} stored their face.`,
  "face-deleted": ({ who }) => `${who} deleted their face.`,
  "passkey-added": ({ who }) => `${who} added a passkey.`,
  "passkey-removed": ({ who }) => `${who} removed a passkey.`,
  "recovery-made": ({ who }) => `${who} made new recovery codes.`,
  "recovery-used": ({ who }) => `${who} used up a recovery code.`,
  "data-downloaded": ({ who }) => `${who} downloaded their data.`,
  "room-made": ({ who, room }) =>
    room ? `${who} created the room “${room}”.` : `${who} created a room.`,
  "room-archived": ({ who, room }) =>
    room ? `${who} archived the room “${room}”.` : `${who} archived a room.`,
  "room-brought-back": ({ who, room }) =>
    room
      ? `${who} brought back the room “${room}”.`
      : `${who} brought back a room.`,
  "room-ended": ({ who }) => `${who} ended a room.`,
  "member-joined": ({ who, room }) =>
    room ? `${who} joined the room “${room}”.` : `${who} joined a room.`,
  "member-left": ({ who, room }) =>
    room ? `${who} left the room “${room}”.` : `${who} left a room.`,
  "member-removed": ({ who, whom, room }) =>
    room
      ? `${who} removed ${whom} from the room “${room}”.`
      : `${who} removed ${whom} from a room.`,
  "admin-made": ({ who, whom, room }) =>
    room
      ? `${who} made ${whom} an admin of the room “${room}”.`
      : `${who} made ${whom} an admin of a room.`,
  "admin-unmade": ({ who, whom, room }) =>
    room
      ? `${who} made ${whom} a plain member of the room “${room}”.`
      : `${who} made ${whom} a plain member of a room.`,
  "link-made": ({ who, room }) =>
    room
      ? `${who} made an invitation link of the room “${room}”.`
      : `${who} made an invitation link of a room.`,
  "message-deleted": ({ who, whom, room }) =>
    room
      ? `${who} deleted a message that ${whom} wrote in the room “${room}”.`
      : `${who} deleted a message that ${whom} wrote in a room.`,
};
