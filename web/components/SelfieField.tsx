import type { ComponentChildren } from "preact";
import Camera from "../islands/Camera.tsx";
import { FieldError } from "./Field.tsx";

/** The camera, or without JavaScript a file input, with what to do and what was wrong. */
export function SelfieField({ legend, hint, error, count, required }: {
  legend: string;
  hint: ComponentChildren;
  error?: string;
  count?: 1 | 3;
  required?: boolean;
}) {
  return (
    <fieldset class="field" aria-describedby={error && "selfie-error"}>
      <legend>{legend}</legend>
      <p class="hint">{hint}</p>
      <Camera name="selfie" count={count} required={required} />
      <FieldError id="selfie-error" message={error} answer />
    </fieldset>
  );
}
