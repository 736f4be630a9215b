import { Once } from "./Once.tsx";
import type { ComponentChildren } from "preact";

/** A form of the account page: what it does is named in its hidden field `intent`. */
export function IntentForm({ intent, class: className, children }: {
  intent: string;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <form
      class={className ?? "form"}
      method="post"
      action="/account"
    >
      <Once />
      <input type="hidden" name="intent" value={intent} />
      {children}
    </form>
  );
}
