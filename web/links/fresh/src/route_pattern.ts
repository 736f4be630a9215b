/**
 * The path pattern of a route file or folder: `/rooms/[id]` is `/rooms/:id`,
 * `[...x]` takes the rest of the path, `[[x]]` may be missing. A `(group)` is
 * not in the path, but layouts and middlewares apply to it.
 *
 * @throws SyntaxError where parameters of one segment cannot be told apart
 */
export function patternOf(id: string, groups?: "with groups"): string {
  let pattern = "";
  for (const part of id.split("/").filter(Boolean)) {
    if (/^\(.*\)$/.test(part) && !groups) continue;
    pattern += segmentPattern(part, id);
  }
  // A first segment that may be missing leaves its slash behind.
  return pattern.replace(
    /^(?:\{\/:\w+\}\?)+$/,
    (all) => all.replace("{/", "/{"),
  ) || "/";
}

function segmentPattern(part: string, id: string): string {
  const rest = /^\[\.\.\.(\w+)\]$/.exec(part);
  if (rest) return `/:${rest[1]}*`;
  const optional = /^\[\[(\w+)\]\]$/.exec(part);
  if (optional) return `{/:${optional[1]}}?`;
  const pattern = part.replace(/\[(\w+)\]/g, ":$1");
  if (part.includes("][") || /[[\]]/.test(pattern)) {
    throw new SyntaxError(`This route's file name is not a pattern: ${id}`);
  }
  return `/${pattern}`;
}
