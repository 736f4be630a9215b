/** How long a line waits for others to be written with it: milliseconds. */
const TOGETHER_MS = 50;
/** As many are not waited for. */
const MANY = 200;

/** Lines that wait for others. */
export interface LinesTogether {
  /** Has a line written within a moment, in one go with others. */
  soon(line: string): void;
  /** Writes all that wait: before another line, so that they stay in their order, and at the end. */
  now(): void;
}

/**
 * Gathers lines: a pipe takes each writing as long as a small request takes.
 *
 * @param write writes one or more lines.
 */
export function linesTogether(write: (lines: string) => void): LinesTogether {
  let waiting: string[] = [];

  function now(): void {
    if (waiting.length === 0) return;
    const lines = waiting.join("\n");
    waiting = [];
    write(lines);
  }

  return {
    now,
    soon(line) {
      const count = waiting.push(line);
      if (count === 1) setTimeout(now, TOGETHER_MS);
      if (count >= MANY) now();
    },
  };
}
