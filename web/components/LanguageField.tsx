import type { LanguageChoice } from "../dictation/choice.ts";
import { FieldError } from "./Field.tsx";

/** The languages that can be dictated in, the chosen one first of all. */
export function LanguageField({ choice, value, unchosen, hint, error }: {
  choice: LanguageChoice;
  /** The tag that is chosen; empty: none. One that this server does not know is kept. */
  value: string;
  /** What it is called to choose none, where that can be done. */
  unchosen?: string;
  hint?: string;
  error?: string;
}) {
  const { languages, missing } = choice;
  const isKnown = value === "" || languages.some(({ tag }) => tag === value);
  const described = [hint && "language-hint", error && "language-error"]
    .filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for="language">Language</label>
      {hint && <p class="hint" id="language-hint">{hint}</p>}
      <select
        class="input"
        id="language"
        name="language"
        aria-describedby={described || undefined}
        aria-invalid={error ? "true" : undefined}
      >
        {unchosen && (
          <option value="" selected={value === ""}>{unchosen}</option>
        )}
        {!isKnown && <option value={value} selected>{missing ?? value}</option>}
        {languages.map(({ tag, name }) => (
          <option key={tag} value={tag} selected={tag === value}>{name}</option>
        ))}
      </select>
      <FieldError id="language-error" message={error} />
    </div>
  );
}

/** What is said of a chosen language that this server does not know; nothing where it does. */
export const missingIn = ({ missing }: LanguageChoice): string | undefined =>
  missing &&
  `This server does not understand ${missing}. Choose another language to dictate in.`;
