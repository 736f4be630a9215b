import { formId } from "../http/middleware/once.ts";

/** Goes into each form that changes something: the same form sent twice gets the first answer. */
export const Once = () => <input type="hidden" name="once" value={formId()} />;
