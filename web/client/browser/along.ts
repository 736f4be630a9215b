/**
 * Notes whether something goes along with the text of a form, which is then sent without a word,
 * too: see Composer.tsx.
 */
export function goesAlong(
  { dataset }: Pick<HTMLElement, "dataset">,
  what: "files" | "voice" | "caption",
  does: boolean,
): void {
  const others = (dataset.files ?? "").split(" ")
    .filter((one) => one && one !== what);
  const all = does ? [...others, what] : others;
  if (all.length > 0) dataset.files = all.join(" ");
  else delete dataset.files;
}
