/** How many avatar colours the stylesheet knows: `.hue-0` … `.hue-11`. */
export const HUES = 12;

/** The same number from 0 to 11 for the same id, everywhere and for ever. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) {
    hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  }
  return hash % HUES;
}
