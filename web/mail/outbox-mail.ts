/** What the list of the outbox shows. */
export interface OutboxEntry {
  id: string;
  from: string;
  to: string;
  subject: string;
  /** Milliseconds since the Unix epoch. */
  sentAt: number;
}

export interface OutboxMail extends OutboxEntry {
  text: string;
  html: string;
}

/** A folder in which e-mails are kept instead of being sent. */
export interface Outbox {
  /** One e-mail, or null when there is none with this id. */
  read(id: string): Promise<OutboxMail | null>;
  /** The newest 50 e-mails, newest first. */
  list(): Promise<OutboxEntry[]>;
}
