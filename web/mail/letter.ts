/** One piece of a letter; the HTML and the text are both made from these. */
export type Piece =
  /** A paragraph; a `note` is small print at the end. */
  | { kind: "paragraph" | "note"; text: string }
  /** What the letter asks for: a button, and the address in words. */
  | { kind: "link"; label: string; href: string }
  /** Digits to type elsewhere. */
  | { kind: "code"; code: string };

/** What a letter says, once, for both of its forms. */
export interface Letter {
  /** Exactly one address. */
  to: string;
  subject: string;
  heading: string;
  pieces: Piece[];
}
