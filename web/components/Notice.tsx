import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./icons.ts";

/**
 * A sentence the page has to say before anything else. `danger` is read out at once; the
 * other kind when the reader is idle.
 */
export function Notice({ icon = "check", danger, children }: {
  icon?: IconName;
  danger?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div
      class={danger ? "notice notice-danger" : "notice"}
      role={danger ? "alert" : "status"}
    >
      <Icon name={danger ? "alert" : icon} />
      <div>{children}</div>
    </div>
  );
}
