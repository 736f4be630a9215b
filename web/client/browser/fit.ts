/**
 * Has a box grow with its text, until the signal. Browsers that know `field-sizing` need no help, which
 * has all laid out at once.
 */
export function fit(box: HTMLTextAreaElement, signal: AbortSignal): void {
  if (CSS.supports("field-sizing:content")) return;
  const grow = () => {
    box.style.height = "auto";
    box.style.height = box.scrollHeight + "px";
  };
  box.addEventListener("input", grow, { signal });
  grow();
}
