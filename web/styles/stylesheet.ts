/** Layers: later ones win, whatever the specificity. */
const LAYERS =
  "@layer reset, tokens, base, components, pages, room, scriptless, forced;\n";

/**
 * The stylesheets, and the files of this folder each is made of; within a layer, later rules win
 * over equal ones. Every page has `styles`; what only a few pages need would cost all others.
 * `files` is that of the pictures of a room, which script adds where one is looked at.
 */
export const SHEETS = {
  styles: [
    "tokens",
    "base",
    "marks",
    "forms",
    "frame",
    "lists",
    "room-frame",
    "room",
    "messages",
    "parts",
    "composer",
    "large-text",
    "forced",
  ],
  landing: ["landing"],
  camera: ["camera"],
  files: ["files"],
};

/** One stylesheet, from its parts. */
export async function stylesheet(name: keyof typeof SHEETS): Promise<string> {
  const read = (part: string) =>
    Deno.readTextFile(`${import.meta.dirname}/${part}.css`);
  return [LAYERS, ...await Promise.all(SHEETS[name].map(read))].join("\n");
}

/** The stylesheets as browsers get them: a fifth smaller once compressed, without comments. */
async function minified(): Promise<[name: string, css: string][]> {
  // Loaded here, so that a built app never needs it.
  const esbuild = await import("esbuild");
  const names = Object.keys(SHEETS) as (keyof typeof SHEETS)[];
  return await Promise.all(names.map(async (name) => {
    const { code } = await esbuild.transform(await stylesheet(name), {
      ...{ loader: "css", minify: true, charset: "utf8" },
      legalComments: "none",
    });
    return [name, code] as [string, string];
  })).finally(() => esbuild.stop());
}

/** Puts the stylesheets where Fresh takes them from; before a build, and before development. */
export async function writeStylesheets(): Promise<void> {
  for (const [name, css] of await minified()) {
    const path = `${import.meta.dirname}/../static/${name}.css`;
    // Whoever watches the file starts again when it is written.
    const before = await Deno.readTextFile(path).catch(() => undefined);
    if (before !== css) await Deno.writeTextFile(path, css);
  }
}
