/**
 * What files are measured against: `Deno.serve` that writes what it is sent to a file, until the disk
 * has it, and reads it again. Nobody is asked who they are, and nothing is looked at.
 */
const [port, folder] = Deno.args;

async function take(body: ReadableStream<Uint8Array>): Promise<Response> {
  const name = crypto.randomUUID();
  using file = await Deno.open(`${folder}/${name}`, {
    ...{ write: true, createNew: true },
  });
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length;) {
      at += await file.write(chunk.subarray(at));
    }
  }
  await file.syncData();
  return new Response(name, { status: 201 });
}

Deno.serve(
  { hostname: "127.0.0.1", port: Number(port), onListen: () => {} },
  async ({ method, url, body }) => {
    if (method === "POST" && body) return await take(body);
    const name = new URL(url).pathname.slice(1);
    if (name === "healthz") return new Response("ok");
    const { readable } = await Deno.open(`${folder}/${name}`);
    return new Response(readable);
  },
);
