import type { Failure } from "../http/forms.ts";
import { Notice } from "./Notice.tsx";

/** Above a form: what went wrong that belongs to no single field. */
export function FormNotice({ failure }: { failure?: Failure }) {
  if (!failure?.message) return null;
  return <Notice danger>{failure.message}</Notice>;
}
