/**
 * Code keeps the colours that the server drew, when its message is drawn anew here. What comes later
 * has them when the page is loaded the next time.
 */
import { h } from "preact";
import { colourWith } from "../drawn/rich-text.tsx";

const drawn = new Map<string, Node>();
for (const code of document.querySelectorAll("pre code:has(span)")) {
  drawn.set(code.textContent!, code.cloneNode(true));
}

colourWith(({ text }) => {
  const found = drawn.get(text);
  if (!found) return undefined;
  const ref = (code: HTMLElement | null) =>
    code?.replaceChildren(...found.cloneNode(true).childNodes);
  // What was drawn before may be another text.
  return h("code", { dir: "ltr", key: text, ref });
});
