import { createApp } from "./http/app.ts";
import { Live, type LiveTimes } from "./live/live.ts";
import type { Deps } from "./service.ts";
import { written } from "./text/written.ts";

export interface Service {
  fetch(request: Request): Response | Promise<Response>;
  /** Ends the live sockets in good order, then frees the recogniser. */
  drain(): Promise<void>;
}

/** Joins the HTTP app and the live socket, whose upgrade no middleware may touch. */
export function createService(
  { recognizer, ...others }: Deps,
  times?: Partial<LiveTimes>,
): Service {
  const deps = { ...others, recognizer: written(recognizer) };
  const app = createApp(deps);
  const live = new Live(deps, times);
  return {
    fetch(request) {
      const { pathname } = new URL(request.url);
      return pathname === "/transcribe/live"
        ? live.upgrade(request)
        : app.fetch(request);
    },
    async drain() {
      await live.drain();
      await deps.recognizer.close();
    },
  };
}
