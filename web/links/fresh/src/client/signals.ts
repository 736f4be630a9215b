import { computed as compute, signal } from "@preact/signals";

export { signal };

/** A computed signal travels as its value: what it was computed from does not. */
export function computed<T>(value: T) {
  return compute(() => value);
}
