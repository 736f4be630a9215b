/**
 * What can be seen of a text: white space, control and format characters, what Unicode lets
 * a renderer ignore (Default_Ignorable_Code_Point, UAX #44: soft hyphens, joiners, fillers,
 * variation selectors), and the few that draw nothing though they count as letters, marks or
 * symbols. Free of imports: browsers, web and realtime share it.
 */
const SEEN = /[^\s\p{Z}\p{Cc}\p{Cf}\p{DI}\u2800\ufffc\u{1d159}\u{16fe4}]/u;

/** Whether nothing of the text can be seen, so that it says nothing. */
export const isBlank = (text: string): boolean => !SEEN.test(text);
