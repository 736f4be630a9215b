import { type ComponentChildren, createContext, h } from "preact";

export const InHead = createContext(false);

export interface HeadProps {
  children?: ComponentChildren;
}

/** Puts its children (title, meta, link, …) into the page's `<head>`. */
export function Head(props: HeadProps): ComponentChildren {
  return h(InHead.Provider, { value: true, children: props.children });
}
