import type { Source } from "./complete.ts";

/** Offers what words may become while they are typed; what shows it is loaded at the first sign. */
export function offerWords(
  input: HTMLTextAreaElement,
  signal: AbortSignal,
  sources: Source[],
): void {
  let asked = false;
  input.addEventListener("input", async () => {
    if (asked || !sources.some(({ sign }) => input.value.includes(sign))) {
      return;
    }
    asked = true;
    try {
      (await import("./complete.ts")).complete(input, signal, sources);
    } catch {
      // Offline: all can be typed in full, and the next key tries again.
      asked = false;
    }
  }, { signal });
}
