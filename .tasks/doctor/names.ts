/** Names in a file of variables that no service reads, so that setting them does nothing. */
import { type Env, type Finding, note, text, wrong } from "./finding.ts";

/** Read by the runtimes and the clouds' own libraries, which have many more than we could list. */
const OTHERS =
  /^(DENO|OTEL|NODE|NPM_CONFIG|BUN|AWS|GOOGLE|GRPC|SSL)_|^(TZ|LANG|PATH|HOME|NO_COLOR)$/;

/**
 * What to say of the names in `given` that are not among those the services `asked` for.
 * @param env tells which of the names that may have been meant are unset
 */
export function checkNames(
  given: string[],
  asked: Set<string>,
  env: Env,
): Finding[] {
  const unset = [...asked].filter((name) => text(env, name) === undefined);
  return given.filter((name) => !asked.has(name)).flatMap((name) => {
    const meant = nearest(name, unset);
    if (meant !== undefined) {
      return [wrong(name, `${name} is read by no service. Write ${meant}.`)];
    }
    if (OTHERS.test(name)) return [];
    return [note(name, `${name} is read by no service as things are set.`)];
  });
}

/** The name few letters away, if there is one. */
function nearest(name: string, known: string[]): string | undefined {
  const most = Math.min(3, Math.floor(name.length / 3));
  return known.map((other) => ({ other, far: distance(name, other) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far)[0]?.other;
}

/** Letters to add, take away or change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
