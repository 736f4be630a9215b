import { FieldError } from "./Field.tsx";

/** The checkbox without which no face is stored, with what it means. */
export function Consent({ text, checked, required = true, error }: {
  text: string;
  checked?: boolean;
  /** The browser insists; else the server does, where a face comes with the form. */
  required?: boolean;
  error?: string;
}) {
  return (
    <div class="field">
      <div class="check">
        <input
          id="consent"
          name="consent"
          type="checkbox"
          value="yes"
          required={required}
          checked={checked}
          aria-describedby={error
            ? "consent-hint consent-error"
            : "consent-hint"}
          aria-invalid={error ? "true" : undefined}
        />
        <label for="consent">{text}</label>
      </div>
      <p class="hint" id="consent-hint">
        We compare it with your own account and nobody else’s.{" "}
        <a href="/docs#faces">More about faces</a>
      </p>
      <FieldError id="consent-error" message={error} />
    </div>
  );
}
