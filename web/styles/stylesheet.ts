/** Layers: later ones win, whatever the specificity. */
const LAYERS =
  "@layer reset, tokens, base, components, pages, room, scriptless, forced;\n";

/** The files of this folder; within a layer, later rules win over equal ones. */
export const PARTS = [
  "tokens",
  "base",
  "marks",
  "forms",
  "frame",
  "landing",
  "lists",
  "room-frame",
  "room",
  "messages",
  "composer",
  "camera",
  "forced",
];

/** The one stylesheet of every page, from its parts. */
export async function stylesheet(): Promise<string> {
  const read = (part: string) =>
    Deno.readTextFile(`${import.meta.dirname}/${part}.css`);
  return [LAYERS, ...await Promise.all(PARTS.map(read))].join("\n");
}

/** Puts the stylesheet where Fresh takes it from; before a build, and before development. */
export async function writeStylesheet(): Promise<void> {
  const path = `${import.meta.dirname}/../static/styles.css`;
  const css = await stylesheet();
  // Whoever watches the file starts again when it is written.
  const before = await Deno.readTextFile(path).catch(() => undefined);
  if (before !== css) await Deno.writeTextFile(path, css);
}
