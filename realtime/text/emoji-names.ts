/**
 * Names of emoji in a text, such as `:tada:`: what the page and realtime, which knows them all, share.
 * Free of imports.
 */

/** Code and addresses, in which a name stays as it is, and what may be a name. */
const NAME = /```[^]+?```|`[^`\n]+`|https?:\/\/\S+|:([a-z\d_+-]{1,40}):/gi;

/** Whether there may be names of emoji in a text: looked at before what they are called is loaded. */
export const mayNameEmoji = (text: string): boolean =>
  text.includes(":") &&
  /(?<![\p{L}\p{N}]):[a-z\d_+-]{1,40}:/iu.test(text);

/**
 * The text with `:tada:` as 🎉, where `find` knows the name; code, addresses, and what is part of a
 * word or a time stay as they are.
 */
export function withEmoji(
  text: string,
  find: (name: string) => string | undefined,
): string {
  return text.replace(NAME, (typed, name: string | undefined, at: number) => {
    const before = text[at - 1] ?? "";
    if (!name || /[\p{L}\p{N}]/u.test(before)) return typed;
    return find(name.toLowerCase()) ?? typed;
  });
}
