/** A `$` in a file of variables, which Deno takes for the name of another one. */
import {
  type Circumstances,
  type Env,
  type Finding,
  wrong,
} from "./finding.ts";

/** `NAME=value`, and what stands around the value. */
const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;

/** A `$` that will be expanded: there is no backslash before it, and no single quotes around it. */
const isExpanded = (value: string): boolean =>
  !/^'[^']*'/.test(value) && /(^|[^\\])(\\\\)*\$/.test(value);

/**
 * Which values Deno would read wrongly: `pa$word` becomes `pa`. Other readers of the same file
 * (systemd, Docker) expand nothing, so the sentence says which way of writing serves whom.
 */
export function checkDollars(
  _env: Env,
  { lines = "" }: Circumstances,
): Promise<Finding[]> {
  const names = lines.split("\n").flatMap((line) => {
    const [, name, value] = LINE.exec(line) ?? [];
    return name !== undefined && isExpanded(value) ? [name] : [];
  });
  return Promise.resolve(names.map((name) =>
    wrong(
      name,
      `${name} has a $ that Deno takes for the name of another variable: pa$word would be read as pa. Put the value in single quotes, or percent-encode the $ of an address as %24, which Docker wants too.`,
    )
  ));
}
