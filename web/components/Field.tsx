import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./Icon.tsx";

/** What is wrong with a field, in the place its control points to with aria-describedby. */
export function FieldError({ id, message, answer }: {
  id: string;
  message?: string;
  /** The page opens here, where no control does so. */
  answer?: boolean;
}) {
  if (!message) return null;
  return (
    <p
      class="error"
      id={id}
      tabindex={answer ? -1 : undefined}
      autofocus={answer}
    >
      <Icon name="alert" size={18} />
      <span>{message}</span>
    </p>
  );
}

type InputAttributes = Omit<
  JSX.IntrinsicElements["input"],
  "name" | "size" | "label" | "maxLength" | "value"
>;

export interface FieldProps extends InputAttributes {
  name: string;
  /** Only where the name stands in several forms of a page; else the name. */
  id?: string;
  label: string;
  /** The most characters that can be typed, and that are ever sent back of what was. */
  maxLength: number;
  value?: string;
  hint?: ComponentChildren;
  /** A plain sentence; marks the control as invalid. */
  error?: string;
}

/**
 * One labelled input with its hint and its error, tied together for assistive technology. The
 * page opens at the first field with an error, unless a notice above the form says more.
 */
export function Field(
  { name, id = name, label, hint, error, value, ...input }: FieldProps,
) {
  const described = [hint && `${id}-hint`, error && `${id}-error`]
    .filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      <input
        class="input"
        dir="auto"
        autofocus={Boolean(error)}
        {...input}
        value={value?.slice(0, input.maxLength)}
        id={id}
        name={name}
        aria-describedby={described || undefined}
        aria-invalid={error ? "true" : undefined}
      />
      <FieldError id={`${id}-error`} message={error} />
    </div>
  );
}
