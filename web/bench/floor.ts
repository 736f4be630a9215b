/**
 * The least a page can cost: `Deno.serve` answers what is in a file with these headers, `br`:
 * compressed once for all. PATH HEADERS [br]
 */
import { brotliCompressSync } from "node:zlib";

const [path, told, encoding] = Deno.args;
const plain = await Deno.readFile(path);
const body = encoding ? new Uint8Array(brotliCompressSync(plain)) : plain;
const headers: [string, string][] = JSON.parse(told);
if (encoding) headers.push(["content-encoding", encoding]);

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(port),
}, () => new Response(body, { headers }));
