/** A picture of the log opens in a viewer; what does that is loaded when used. */
export function viewPictures(log: HTMLElement, signal: AbortSignal): void {
  log.addEventListener("click", async (event) => {
    const link = (event.target as Element)
      .closest<HTMLAnchorElement>("a.picture");
    // With a key it opens where the person wants it.
    const { ctrlKey, metaKey, shiftKey, altKey } = event;
    if (!link || ctrlKey || metaKey || shiftKey || altKey) return;
    event.preventDefault();
    try {
      (await import("../drawn/Viewer.tsx")).viewPicture(log, link);
    } catch {
      // Offline, or the page is of an older build whose files are gone.
      open(link.href, "_blank", "noopener");
    }
  }, { signal });
}
