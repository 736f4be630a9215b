import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./icons.ts";

/**
 * A sentence the page has to say before anything else. `danger` is read out at once; the
 * other kind when the reader is idle. `answer` is what a form led to: the page opens there,
 * because text that is on a page from the start is not read out by itself.
 */
export function Notice({ icon = "check", danger, answer, children }: {
  icon?: IconName;
  danger?: boolean;
  answer?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div
      class={danger ? "notice notice-danger" : "notice"}
      role={danger ? "alert" : "status"}
      tabindex={answer ? -1 : undefined}
      autofocus={answer}
    >
      <Icon name={danger ? "alert" : icon} />
      <div>{children}</div>
    </div>
  );
}
