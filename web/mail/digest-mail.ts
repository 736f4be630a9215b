import type { Addressee } from "./account-mails.ts";
import type { Piece } from "./letter.ts";
import type { Mail } from "./mailer.ts";
import { named, namedInSubject } from "./names.ts";
import { toMail } from "./to-mail.ts";

/** A message that was not read. */
export interface Said {
  /** Of whoever wrote it. */
  name: string;
  /** None: it was to the reader alone, or to few. */
  room?: string;
  /** None: the person wants no words in notifications. */
  words?: string;
  link: string;
}

/** What somebody has not read, and where it ends. */
export interface Unread extends Addressee {
  said: Said[];
  /** The address that ends these e-mails (RFC 8058). */
  stop: string;
}

const headed = ({ name, room, words }: Said): string => {
  if (room === undefined) {
    return words === undefined
      ? `${named(name)} wrote to you.`
      : `${named(name)} wrote to you: ${named(words)}`;
  }
  return words === undefined
    ? `${named(name)} mentioned you in “${named(room)}”.`
    : `${named(name)} mentioned you in “${named(room)}”: ${named(words)}`;
};

/** The e-mail about messages that mention somebody, or were to them, and wait unread. */
export function digestMail({ email, said, stop }: Unread): Mail {
  const [first] = said;
  const pieces = said.flatMap((one): Piece[] => [
    { kind: "paragraph", text: headed(one) },
    { kind: "link", label: "Open the message", href: one.link },
  ]);
  const mail = toMail({
    to: email,
    subject: said.length === 1
      ? `${namedInSubject(first.name)} wrote to you on ChatSphere`
      : `${said.length} messages are waiting for you on ChatSphere`,
    heading: "You have not read this yet",
    pieces: [
      ...pieces,
      {
        kind: "note",
        text:
          "You get this e-mail at most once an hour, only about direct messages and messages that mention you, and never about messages you have read.",
      },
      { kind: "link", label: "Stop these e-mails", href: stop },
    ],
  });
  return { ...mail, unsubscribe: stop };
}
