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
}
