import { type ComponentChildren, Fragment } from "preact";
import { addressAt, SCHEME } from "../../../realtime/text/addresses.ts";

/** Text with its http and https addresses as links; everything else stays plain text. */
export function linkify(text: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  const scheme = new RegExp(SCHEME, "gi");
  let done = 0;
  let found: RegExpExecArray | null;
  while ((found = scheme.exec(text))) {
    const { index } = found;
    const { end, href } = addressAt(text, index, scheme.lastIndex);
    scheme.lastIndex = end;
    if (!href) continue;
    parts.push(text.slice(done, index), <Link href={href} />);
    done = end;
  }
  parts.push(text.slice(done));
  // Not `<>`: precompiled templates escape the strings of an array twice (preact 10.29).
  return <Fragment>{parts}</Fragment>;
}

/** A link to another site, which says itself where it leads, or else names the host behind it. */
export function Link({ href, children }: {
  href: string;
  children?: ComponentChildren;
}) {
  const link = {
    href,
    // Written from left to right, whatever is around it.
    dir: children ? undefined : "ltr" as const,
    target: "_blank",
    rel: "noopener noreferrer",
  };
  if (!children) return <a {...link}>{href}</a>;
  return (
    <Fragment>
      <a {...link}>
        <bdi>
          <Fragment>{children}</Fragment>
        </bdi>
      </a>
      <span class="mark">{new URL(href).host}</span>
    </Fragment>
  );
}
