import type { ComponentChildren } from "preact";
import type { Failure } from "../http/forms.ts";
import { Notice } from "./Notice.tsx";

/**
 * Above a form: what went wrong that belongs to no single field. A `long` form, whose marked
 * fields may be out of sight, names them here too.
 *
 * @param long the names of the form's fields and what people know them as, in order.
 * @param children what else to do before sending a long form again.
 */
export function FormNotice({ failure, long = {}, children }: {
  failure?: Failure;
  long?: Record<string, string>;
  children?: ComponentChildren;
}) {
  if (failure?.message) return <Notice danger answer>{failure.message}</Notice>;
  const marked = Object.keys(long).filter((name) => failure?.fields[name]);
  if (marked.length === 0) return null;
  return (
    <Notice danger answer>
      Not yet. Please look again at{" "}
      {marked.map((name, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <a class="unbroken" href={`#${name}`}>{long[name]}</a>
        </span>
      ))}. {children}
    </Notice>
  );
}
