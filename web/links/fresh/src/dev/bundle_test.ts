import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.ts";

const fixture = fileURLToPath(new URL("../../../fixture", import.meta.url));

/** Bundles one island with this code. */
async function bundled(code: string, isDev = false) {
  const folder = await Deno.makeTempDir({ dir: fixture });
  try {
    const path = `${folder}/One.tsx`;
    await Deno.writeTextFile(path, code);
    const options = { root: fixture, target: "es2022", isDev };
    return await bundle({ ...options, entries: { One: path } }, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("bundle: the server's half of Fresh is refused in an island", async () => {
  await assertRejects(
    () => bundled('import { App } from "fresh"; export default App;'),
    Error,
    "islands import fresh/runtime",
  );
});

Deno.test("bundle: the browser's half knows that it is one, and the build", async () => {
  const { files, buildId } = await bundled(`
    import { asset, IS_BROWSER } from "fresh/runtime";
    export default () => <img src={asset("/x.png")} hidden={!IS_BROWSER} />;
  `);
  const decoder = new TextDecoder();
  const code = files.map((file) => decoder.decode(file.contents)).join("\n");
  assert(code.includes(buildId));
  assert(!/BUILDIDBUILDID|typeof document/.test(code));
});

Deno.test("bundle: every change of the code is another build", async () => {
  const one = await bundled("export default () => <p>1</p>;");
  const two = await bundled("export default () => <p>2</p>;");
  assert(one.buildId !== two.buildId);
  assertEquals(one.chunks.One.file, `/_fresh/js/${one.buildId}/One.js`);
});

Deno.test("bundle: Fresh adds less than half a kilobyte of its own", async () => {
  const { files, chunks } = await bundled("export default () => null;");
  const boot = files.find((file) =>
    file.pathname === chunks["fresh-boot"].file
  );
  const stream = new Blob([boot!.contents]).stream()
    .pipeThrough(new CompressionStream("brotli"));
  const { byteLength } = await new Response(stream).arrayBuffer();
  assert(byteLength < 512, `${byteLength} bytes`);
});
