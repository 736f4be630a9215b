import type { ComponentChild, ComponentType } from "preact";
import type { Assets, Island } from "./build_cache.ts";

/** An element given to an island; `isShown` once the island rendered it. */
export interface SlotState {
  vnode: unknown;
  isShown: boolean;
}

/** What one rendering of a page has met so far. */
export class RenderState {
  readonly nonce = crypto.randomUUID().replaceAll("-", "");
  readonly islands = new Set<Island>();
  /** Component and props of each island on the page, in order. */
  readonly instances: [ComponentType, Record<string, unknown>][] = [];
  readonly slots: SlotState[] = [];
  /** Elements inside `<Head>`, by what they would replace. */
  readonly head = new Map<string, ComponentChild>();
  readonly tags = new Set<string>();
  hasScripts = false;
  /** Whether the script needs the browser's signals module. */
  hasSignals = false;

  constructor(
    readonly cache: Assets,
    readonly url: URL,
    readonly basePath: string,
  ) {}
}

let current: RenderState | null = null;

/** The rendering that runs now; rendering is synchronous, so there is one. */
export function renderState(): RenderState | null {
  return current;
}

/** Runs a rendering with its own state. */
export function withRenderState<T>(state: RenderState, run: () => T): T {
  const outer = current;
  current = state;
  try {
    return run();
  } finally {
    current = outer;
  }
}
