import { ALIVE_PATH } from "../scripts.ts";

const revision = Date.now();

/** Whether a page asks if the development server still runs. */
export function isAlivePath(req: Request, basePath: string): boolean {
  return new URL(req.url).pathname === basePath + ALIVE_PATH;
}

/**
 * A stream that says once when this server started. After a restart browsers
 * connect again by themselves, and see another revision.
 */
export function aliveResponse(): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const message = `retry: 200\ndata: ${revision}\n\n`;
      controller.enqueue(new TextEncoder().encode(message));
    },
  });
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream" },
  });
}
