import { type ComponentType, h, render } from "preact";

/** Component and props of each island on the page. */
export type Instances = [ComponentType, Record<string, unknown>][];

/** Takes over the markup of each island, where it stands. */
export function boot(instances: Instances): void {
  const walker = document.createTreeWalker(document.body, 128 /* comments */);
  const found: [Comment, Comment][] = [];
  let start: Comment | undefined;
  let depth = 0;
  while (walker.nextNode()) {
    const comment = walker.currentNode as Comment;
    if (comment.data.startsWith("fresh:")) {
      if (!depth++) start = comment;
    } else if (comment.data === "/fresh" && !--depth) {
      found.push([start!, comment]);
    }
  }
  for (const [start, end] of found) {
    const [component, props] = instances[+start.data.slice(6)];
    // Each on its own: an island that throws must not stop the others.
    queueMicrotask(() => render(h(component, props), between(start, end)));
  }
}

/** What Preact needs of a parent element, for the nodes between two others. */
function between(start: Node, endComment: Comment): Element {
  const parent = start.parentNode as Element;
  // Preact skips comments when it looks for the next sibling; not empty text.
  const end = new Text();
  endComment.replaceWith(end);
  return {
    nodeType: 1,
    namespaceURI: parent.namespaceURI,
    get firstChild() {
      return start.nextSibling === end ? null : start.nextSibling;
    },
    get childNodes() {
      const nodes = [];
      let node = start.nextSibling;
      for (; node && node !== end; node = node.nextSibling) nodes.push(node);
      return nodes;
    },
    insertBefore: (node: Node, next: Node | null) =>
      parent.insertBefore(node, next ?? end),
  } as unknown as Element;
}
