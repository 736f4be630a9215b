/** What `_fresh/server.js` needs; not for apps. */
export { setBuildCache } from "./app.ts";
export { ProdBuildCache } from "./snapshot.ts";
