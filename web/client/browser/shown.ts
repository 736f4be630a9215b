/**
 * Whoever imports this runs once the page is painted. A browser may render a room ahead, while a
 * mouse rests on its link (ahead.ts), or while its address is typed: what nobody sees opens no
 * socket, has read nothing and sends nothing (HTML, "prerendering navigables"). And where it has the
 * scripts in its memory, what they do first would come before the first paint. A page that is opened
 * in the background waits for nothing: none is painted there.
 */
declare global {
  interface Document {
    /** Only browsers that render pages ahead have it. */
    prerendering?: boolean;
  }
}

const page = globalThis.document;
if (page && (!page.hidden || page.prerendering)) {
  await new Promise((done) =>
    // In a task of its own: showing it comes first.
    requestAnimationFrame(() => setTimeout(done))
  );
}
