/**
 * What is open over the log looks after each change of it: a message may have gone that it shows.
 *
 * @returns what ends that.
 */
export function onLogChange(look: () => void): () => void {
  const watch = new MutationObserver(look);
  const log = document.querySelector("[role=log]")!;
  watch.observe(log, { childList: true, subtree: true });
  return () => watch.disconnect();
}
