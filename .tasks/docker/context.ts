/** What `docker build .` would send: the checkout without what .dockerignore names. */
import { dirname, join, relative } from "../paths.ts";

export type Ignored = (path: string) => boolean;

/** Patterns of .dockerignore, as far as ours go: a path, or a name or its end in any folder. */
export function parseIgnore(text: string): Ignored {
  const patterns = text.split("\n").map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  return (path) => {
    const parts = path.split("/");
    return patterns.some((pattern) =>
      pattern.startsWith("**/")
        ? parts.some((part) => isNamed(part, pattern.slice(3)))
        : path === pattern || path.startsWith(`${pattern}/`)
    );
  };
}

const isNamed = (part: string, pattern: string): boolean =>
  pattern.startsWith("*") ? part.endsWith(pattern.slice(1)) : part === pattern;

/** Copies a file, or what is in a folder, as COPY does; symbolic links stay what they are. */
export async function copyInto(
  context: string,
  source: string,
  target: string,
  ignored: Ignored,
) {
  const from = join(context, source);
  const info = await Deno.lstat(from);
  if (info.isSymlink) {
    await Deno.symlink(await Deno.readLink(from), target);
  } else if (info.isDirectory) {
    await Deno.mkdir(target, { recursive: true });
    for await (const { name } of Deno.readDir(from)) {
      const path = join(source, name);
      if (ignored(relative(".", path))) continue;
      await copyInto(context, path, join(target, name), ignored);
    }
  } else {
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(from, target);
  }
}
