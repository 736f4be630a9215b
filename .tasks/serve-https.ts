/**
 * Web by https: what `deno serve` does, which takes no certificate. Reads HTTPS_CERT, HTTPS_KEY,
 * HOST, PORT and INSIDE_PORT, where the other services find web on this machine without one.
 */
const text = (name: string) => Deno.env.get(name) ?? "";
const entry = new URL("../web/_fresh/server.js", import.meta.url).href;
const { default: app } = await import(entry);

const onListen = () => {};
Deno.serve({
  port: Number(text("PORT")),
  hostname: text("HOST"),
  cert: await Deno.readTextFile(text("HTTPS_CERT")),
  key: await Deno.readTextFile(text("HTTPS_KEY")),
  onListen,
}, app.fetch);
Deno.serve({
  port: Number(text("INSIDE_PORT")),
  hostname: "127.0.0.1",
  onListen,
}, app.fetch);
