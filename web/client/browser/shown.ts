/**
 * Whoever imports this runs once somebody looks at the page: a browser may render a room ahead, while
 * a mouse rests on its link (ahead.ts), or while its address is typed. What nobody sees opens no
 * socket, has read nothing and sends nothing (HTML, "prerendering navigables").
 */
declare global {
  interface Document {
    /** Only browsers that render pages ahead have it. */
    prerendering?: boolean;
  }
}

if (globalThis.document?.prerendering) {
  // In a task of its own: showing it comes first.
  await new Promise((done) =>
    document.addEventListener("prerenderingchange", () => setTimeout(done))
  );
}
