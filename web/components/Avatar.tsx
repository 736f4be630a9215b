import { hueOf } from "./hue.ts";

let segments: Intl.Segmenter | undefined;
/** What a person sees as the first letter. Most need no table of all letters, which takes long to make. */
const firstOf = (word: string): string =>
  /^[ -~](?![^ -~])/.test(word)
    ? word[0]
    : (segments ??= new Intl.Segmenter()).segment(word).containing(0)
      ?.segment ?? "";

/** The first letters of the first and last word of a name, by what a person sees as letters. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen
    // `Ada (2)` is A2.
    .map((word) => word.replace(/^\p{P}+/u, ""))
    .map(firstOf)
    .join("")
    .toLocaleUpperCase("en");
}

/**
 * A person's initials on their colour in the room, elsewhere on one derived from their id.
 * Decoration: the name is always written beside it, so it is hidden from assistive technology.
 * The colour is a class and not a style attribute because the content security policy allows none.
 */
export function Avatar({ id, name, hue, large, linked }: {
  id: string;
  name: string;
  /** From 0 to 11: see rooms/hues.ts. */
  hue?: number;
  large?: boolean;
  /** It leads to the person, as the name beside it does: by the pointer alone. */
  linked?: boolean;
}) {
  const attributes = {
    class: `avatar hue-${hue ?? hueOf(id)}${large ? " avatar-large" : ""}`,
    "aria-hidden": true,
  };
  return linked
    ? (
      <a {...attributes} href={`/people/${id}`} tabindex={-1}>
        {initialsOf(name)}
      </a>
    )
    : <span {...attributes}>{initialsOf(name)}</span>;
}
