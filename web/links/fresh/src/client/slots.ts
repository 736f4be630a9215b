import { type ComponentChild, h } from "preact";
import type { Instances } from "./boot.ts";

const known = new Map<number, ComponentChild[]>();
let instances: () => Instances;

/**
 * The server's children of an island, as an element of the browser.
 *
 * @param list the islands of the page, once they are known
 */
export function slot(id: number, list: () => Instances): ComponentChild {
  instances = list;
  return h(Slot, { id });
}

function Slot({ id }: { id: number }) {
  let children = known.get(id);
  if (!children) known.set(id, children = read(id));
  return children;
}

function read(id: number): ComponentChild[] {
  const walker = document.createTreeWalker(document.body, 128 /* comments */);
  while (walker.nextNode()) {
    const comment = walker.currentNode as Comment;
    if (comment.data === `slot:${id}`) return vnodes(comment.nextSibling);
  }
  const template = document.getElementById(`fresh-slot-${id}`);
  return vnodes((template as HTMLTemplateElement | null)?.content.firstChild);
}

function vnodes(first: Node | null | undefined): ComponentChild[] {
  const made: ComponentChild[] = [];
  for (let node = first; node; node = node.nextSibling) {
    if (node instanceof Text) made.push(node.data);
    if (node instanceof Element) made.push(elementVNode(node));
    if (!(node instanceof Comment)) continue;
    if (node.data === "/slot") break;
    if (node.data.startsWith("fresh:")) {
      const [component, props] = instances()[+node.data.slice(6)];
      made.push(h(component, props));
      node = endOfIsland(node);
    }
  }
  return made;
}

function elementVNode(element: Element): ComponentChild {
  const props: Record<string, unknown> = {};
  for (const { name, value } of element.attributes) {
    const isFlag = typeof Reflect.get(element, name) === "boolean";
    props[name] = isFlag || value;
  }
  return h(element.localName, props, vnodes(element.firstChild));
}

function endOfIsland(start: Node): Node {
  let node: Node = start;
  for (let depth = 1; depth && node.nextSibling;) {
    node = node.nextSibling;
    if (!(node instanceof Comment)) continue;
    if (node.data.startsWith("fresh:")) depth++;
    if (node.data === "/fresh") depth--;
  }
  return node;
}
