/** What proves besides the password who signs in. */
export type Factor = "face" | "passkey" | "code" | "recovery";

/** A person, as the rest of the product sees one. Never holds the password or the face. */
export interface Account {
  id: string;
  name: string;
  /** As the person wrote it, trimmed. */
  email: string;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  /** Whether a face is enrolled; without one, signing in goes through a code by e-mail. */
  hasFace: boolean;
  /** When the account ends unless the address is confirmed; undefined: it is. */
  unconfirmedUntil?: number;
}

/** A person in one of their sessions. */
export interface SignedIn extends Account {
  /** Names the session to other services; it cannot be used in its place. */
  sid: string;
}
