/** Characters of one line; far beyond any entry's frame. */
const LINE_LENGTH = 262_144;

/**
 * Turns text chunks into the JSON values of its lines (NDJSON), as soon as each line is complete.
 * Empty lines are heartbeats and are skipped; an unfinished last line is dropped, since its sender
 * went away in the middle of it.
 *
 * The stream fails with a RangeError on a line that is too long and a SyntaxError on one that is
 * not JSON.
 */
export function parseNdjson<T>(): TransformStream<string, T> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LINE_LENGTH) {
        throw new RangeError("The line is too long");
      }
      for (const line of lines) {
        if (line.trim() !== "") controller.enqueue(JSON.parse(line) as T);
      }
    },
  });
}
