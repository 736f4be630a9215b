import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./Icon.tsx";

/** What is wrong with a field, in the place its control points to with aria-describedby. */
export function FieldError({ id, message }: { id: string; message?: string }) {
  if (!message) return null;
  return (
    <p class="error" id={id}>
      <Icon name="alert" size={18} />
      <span>{message}</span>
    </p>
  );
}

type InputAttributes = Omit<
  JSX.IntrinsicElements["input"],
  "name" | "id" | "size" | "label"
>;

export interface FieldProps extends InputAttributes {
  name: string;
  label: string;
  hint?: ComponentChildren;
  /** A plain sentence; marks the control as invalid. */
  error?: string;
}

/** One labelled input with its hint and its error, tied together for assistive technology. */
export function Field({ name, label, hint, error, ...input }: FieldProps) {
  const described = [hint && `${name}-hint`, error && `${name}-error`]
    .filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && <p class="hint" id={`${name}-hint`}>{hint}</p>}
      <input
        class="input"
        dir="auto"
        {...input}
        id={name}
        name={name}
        aria-describedby={described || undefined}
        aria-invalid={error ? "true" : undefined}
      />
      <FieldError id={`${name}-error`} message={error} />
    </div>
  );
}
