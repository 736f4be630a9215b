import { isValidElement, type VNode } from "preact";
import { computed, Signal } from "@preact/signals";
import { createPlugin, type Plugin, type PluginInfo, serialize } from "seroval";
import { Slot } from "./islands.ts";

// Names that seroval never makes up itself: its own start with other letters.
export const SIGNAL = "signal";
export const COMPUTED = "computed";
export const SLOT = "slot";
export const ISLAND = "island";

const COMPUTED_PROTOTYPE = Object.getPrototypeOf(computed(() => 0));

interface Props extends PluginInfo {
  value: PluginInfo[string];
}

/** How one kind of value is written as a call in the page's script. */
function call<Value>(
  tag: string,
  calls: Set<string>,
  test: (value: unknown) => boolean,
  argument: (value: Value) => unknown,
): Plugin<Value, Props> {
  return createPlugin<Value, Props>({
    tag,
    test,
    parse: {
      sync: (value, ctx) => ({ value: ctx.parse(argument(value)) }),
    },
    serialize(node, ctx) {
      calls.add(tag);
      return `${tag}(${ctx.serialize(node.value)})`;
    },
    deserialize() {
      throw new Error("Props are only ever read by the browser");
    },
  });
}

const isComputed = (value: unknown) =>
  value instanceof Signal &&
  Object.getPrototypeOf(value) === COMPUTED_PROTOTYPE;
const isSlot = (value: unknown): value is VNode<{ id: number }> =>
  isValidElement(value) && value.type === Slot;

/** A page's islands as JavaScript, and the tags of the calls in it. */
export interface Serialized {
  code: string;
  calls: Set<string>;
}

/**
 * Writes the islands of a page as a JavaScript expression that is safe inside
 * `<script>`: whatever occurs twice (a signal, above all) is one thing in the
 * browser too. `islands` gives a component's number.
 *
 * @throws for values that cannot travel, such as functions
 */
export function serializeInstances(
  instances: unknown,
  islands: Map<unknown, number>,
): Serialized {
  const calls = new Set<string>();
  const peek = (signal: Signal) => signal.peek();
  const plugins = [
    call<Signal>(COMPUTED, calls, isComputed, peek),
    call<Signal>(SIGNAL, calls, (value) => value instanceof Signal, peek),
    call<VNode<{ id: number }>>(SLOT, calls, isSlot, (it) => it.props.id),
    call(ISLAND, calls, (it) => islands.has(it), (it) => islands.get(it)),
  ];
  let code;
  try {
    code = serialize(instances, { plugins });
  } catch (cause) {
    const message = "An island's props hold something that cannot be sent to " +
      "a browser, such as a function";
    throw new TypeError(message, { cause });
  }
  code = code.replaceAll(/<(?=\/script|!--|script)/gi, "\\x3C");
  return { code, calls };
}
