import type { Letter, Piece } from "./letter.ts";
import { renderHtml } from "./LetterPage.tsx";
import type { Mail } from "./mailer.ts";

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
