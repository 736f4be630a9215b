import type { ComponentChildren } from "preact";
import type { Turn } from "../accounts/liveness.ts";
import Camera from "../islands/Camera.tsx";
import { FieldError } from "./Field.tsx";

/** The camera, or without JavaScript a file input, with what to do and what was wrong. */
export function SelfieField(
  { legend, hint, error, count, turn, required }: {
    legend: string;
    hint: ComponentChildren;
    error?: string;
    count?: 1 | 3;
    turn?: Turn;
    required?: boolean;
  },
) {
  return (
    <fieldset class="field" aria-describedby={error && "selfie-error"}>
      <legend>{legend}</legend>
      <p class="hint">{hint}</p>
      <Camera name="selfie" count={count} turn={turn} required={required} />
      <FieldError id="selfie-error" message={error} answer />
    </fieldset>
  );
}
