import { Field } from "./Field.tsx";

/** Asks for the password once more, before what a session that was found open must not do. */
export const OwnPassword = ({ id, error }: {
  /** Only where a page asks in several forms. */
  id?: string;
  error?: string;
}) => (
  <Field
    id={id}
    name="password"
    label="Your password, to be sure"
    type="password"
    autocomplete="current-password"
    maxLength={128}
    required
    error={error}
  />
);
