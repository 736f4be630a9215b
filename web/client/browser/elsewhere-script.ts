/** Makes one script of what a hidden tab loads (elsewhere.ts), where Fresh takes static files from. */

/** The script, as browsers get it. */
export async function elsewhereScript(): Promise<string> {
  // Loaded here, so that a built app never needs it.
  const esbuild = await import("esbuild");
  const result = await esbuild.build({
    entryPoints: [`${import.meta.dirname}/elsewhere.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
  }).finally(() => esbuild.stop());
  return result.outputFiles[0].text;
}

/** Puts it there; before a build, and before development. */
export async function writeElsewhereScript(): Promise<void> {
  const path = `${import.meta.dirname}/../../static/elsewhere.js`;
  const script = await elsewhereScript();
  // Whoever watches the file starts again when it is written.
  const before = await Deno.readTextFile(path).catch(() => undefined);
  if (before !== script) await Deno.writeTextFile(path, script);
}
