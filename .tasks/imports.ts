import { dirname, join } from "./paths.ts";

const IMPORT =
  /^(?:(?:import|export)\b(?<types> type\b)?[^;"]*? from |import )"(?<path>\.[^"]+)"/gm;
/** A part of the program that is loaded when it is used, a file beside it, or a thread. */
const LATER =
  /\b(?:import\(\s*|new URL\(\s*|new Thread\(\s*(?<thread>))"(?<path>[^"]+)"/g;

/** A file of ours that another one names. */
export interface Named {
  /** Relative to the folder that the given file names are relative to. */
  path: string;
  /** `types`: it need not be there when the program runs; `later`: it is asked for by then. */
  kind: "import" | "types" | "later";
}

/** The files that a file imports, or has loaded later, by its text. */
export function namedIn(file: string, text: string): Named[] {
  const from = (path: string) => join(dirname(file), path);
  const imported = [...text.matchAll(IMPORT)].map(
    ({ groups: { types, path } = {} }): Named => ({
      path: from(path),
      kind: types === undefined ? "import" : "types",
    }),
  );
  const later = [...text.matchAll(LATER)].flatMap(
    ({ groups: { thread, path } = {} }): Named[] => {
      if (thread !== undefined) {
        return [{ path: from(`${path}.ts`), kind: "later" }];
      }
      return path.startsWith(".") ? [{ path: from(path), kind: "later" }] : [];
    },
  );
  return [...imported, ...later];
}
