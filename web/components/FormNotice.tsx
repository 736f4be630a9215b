import type { ComponentChildren } from "preact";
import type { Failure } from "../http/requests/forms.ts";
import { Notice } from "./Notice.tsx";

/** A field of a long form, in words. */
export interface LongField {
  /** What a list calls it. */
  name: string;
  /** The sentence for when it alone is wrong. */
  fix: string;
}

/**
 * Above a form: what went wrong that belongs to no single field. A `long` form, whose marked
 * fields may be out of sight, names them here too.
 *
 * @param long the form's fields by their names, in order.
 * @param children what else to do before sending a long form again.
 */
export function FormNotice({ failure, long = {}, children }: {
  failure?: Failure;
  long?: Record<string, LongField>;
  children?: ComponentChildren;
}) {
  if (failure?.message) return <Notice danger answer>{failure.message}</Notice>;
  const marked = Object.keys(long).filter((name) => failure?.fields[name]);
  if (marked.length === 0) return null;
  const [first, ...more] = marked;
  return (
    <Notice danger answer>
      {more.length === 0
        ? (
          <p>
            <a href={`#${first}`}>{long[first].fix}</a>
          </p>
        )
        : (
          <>
            <p>Please fix these below:</p>
            <ul>
              {marked.map((name) => (
                <li key={name}>
                  <a href={`#${name}`}>{long[name].name}</a>
                </li>
              ))}
            </ul>
          </>
        )}
      {children && <p>{children}</p>}
    </Notice>
  );
}
