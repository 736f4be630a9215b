import {
  type ComponentChildren,
  createContext,
  Fragment,
  h,
  isValidElement,
} from "preact";
import { useContext } from "preact/hooks";
import { Signal } from "@preact/signals";
import type { Island } from "./build_cache.ts";
import { renderState } from "./render_state.ts";

/** Elements that were made here and must not be wrapped once more. */
export const finished = new WeakSet<object>();

const InIsland = createContext(false);

type Props = Record<string, unknown>;

/**
 * Renders an island between two comments, by which the browser finds it. An
 * island inside another one is a plain component of it.
 */
export function IslandBoundary(
  { island, props }: { island: Island; props: Props },
): ComponentChildren {
  const state = renderState();
  const isNested = useContext(InIsland);
  const ownProps = isNested || !state ? props : withSlots(props);
  const vnode = h(island.fn, ownProps);
  finished.add(vnode);
  if (isNested || !state) return vnode;

  state.islands.add(island);
  const index = state.instances.push([island.fn, ownProps]) - 1;
  const body = h(InIsland.Provider, { value: true, children: vnode });
  return marked(`fresh:${index}`, body, "/fresh");
}

function withSlots(props: Props): Props {
  const state = renderState()!;
  const own: Props = {};
  for (const [name, value] of Object.entries(props)) {
    const isElement = isValidElement(value) && !(value instanceof Signal);
    if (name !== "children" && !isElement) {
      own[name] = value;
      continue;
    }
    const id = state.slots.push({ vnode: value, isShown: false }) - 1;
    own[name] = h(Slot, { id }, value as ComponentChildren);
  }
  return own;
}

/** Server-rendered children of an island; only their place is serialised. */
export function Slot(
  { id, children }: { id: number; children?: ComponentChildren },
): ComponentChildren {
  const state = renderState();
  if (state) state.slots[id].isShown = true;
  return marked(`slot:${id}`, outsideIsland(children), "/slot");
}

/** Children that an island got but did not show yet travel in templates. */
export function HiddenSlots(): ComponentChildren {
  const slots = renderState()?.slots ?? [];
  return h(
    Fragment,
    null,
    slots.map(({ vnode, isShown }, id) =>
      isShown
        ? null
        : h("template", { id: `fresh-slot-${id}` }, outsideIsland(vnode))
    ),
  );
}

function outsideIsland(children: unknown): ComponentChildren {
  return h(InIsland.Provider, {
    value: false,
    children: children as ComponentChildren,
  });
}

function marked(
  start: string,
  body: ComponentChildren,
  end: string,
): ComponentChildren {
  return h(Fragment, null, comment(start), body, comment(end));
}

function comment(text: string): ComponentChildren {
  // Preact's types do not name this prop of its string renderer.
  const props: Record<string, unknown> = { UNSTABLE_comment: text };
  return h(Fragment, props);
}
