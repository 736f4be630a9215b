import { renderHtml } from "./LetterPage.tsx";
import type { Mail } from "./mailer.ts";

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

function textOf(piece: Piece): string {
  switch (piece.kind) {
    case "link":
      return `${piece.label}:\n${piece.href}`;
    case "code":
      return `    ${piece.code}`;
    default:
      return piece.text;
  }
}

/** The letter as an e-mail, with the same words as text and as HTML. */
export function toMail(letter: Letter): Mail {
  const { to, subject, heading, pieces } = letter;
  const text = [heading, ...pieces.map(textOf), "-- \nChatSphere"]
    .join("\n\n") + "\n";
  return { to, subject, text, html: renderHtml(letter) };
}
