import { relative } from "node:path";

/** A file found below a folder: its absolute path, and the rest of it. */
export interface Found {
  path: string;
  /** With slashes, from the folder on, starting with one. */
  pathname: string;
}

/** All files below a folder, sorted; none where the folder is missing. */
export async function filesBelow(folder: string): Promise<Found[]> {
  const found: Found[] = [];
  await walk(folder, (path) => {
    const pathname = "/" + relative(folder, path).replaceAll("\\", "/");
    found.push({ path, pathname });
  });
  return found.toSorted((a, b) => a.pathname < b.pathname ? -1 : 1);
}

async function walk(
  folder: string,
  visit: (path: string) => void,
): Promise<void> {
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(path, visit);
      if (entry.isFile) visit(path);
    }
  } catch (error) {
    // A project may have no islands, or no static files.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const SCRIPT = /\.[tj]sx?$/;
const GROUP_OF_FILES = /\/\(_([^/]+)\)\//;

export interface Project {
  islands: string[];
  routes: { id: string; path: string }[];
  files: Found[];
}

interface Folders {
  islandDir: string;
  routeDir: string;
  staticDir: string[];
  ignore: RegExp[];
}

/** Finds the islands, routes and static files of a project. */
export async function crawl(folders: Folders): Promise<Project> {
  const isCode = ({ path }: Found) =>
    SCRIPT.test(path) && !folders.ignore.some((pattern) => pattern.test(path));
  const islands = (await filesBelow(folders.islandDir)).filter(isCode)
    .map(({ path }) => path);
  const routes = [];
  for (const file of (await filesBelow(folders.routeDir)).filter(isCode)) {
    const { path, pathname } = file;
    const group = GROUP_OF_FILES.exec(pathname)?.[1];
    if (group === "islands") islands.push(path);
    if (!group) routes.push({ id: pathname.replace(SCRIPT, ""), path });
  }
  return { islands, routes, files: await staticFiles(folders.staticDir) };
}

/** Static files; the first folder wins, hidden ones stay hidden. */
async function staticFiles(folders: string[]): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const folder of folders) {
    for (const file of await filesBelow(folder)) {
      const isHidden = /\/\.(?!well-known)/.test(file.pathname);
      if (!isHidden && !found.has(file.pathname)) {
        found.set(file.pathname, file);
      }
    }
  }
  return [...found.values()];
}

/** A path as an import specifier from a folder. */
export function specifier(fromFolder: string, path: string): string {
  const steps = relative(fromFolder, path).replaceAll("\\", "/").split("/");
  const encoded = steps.map(encodeURIComponent).join("/");
  return encoded.startsWith(".") ? encoded : `./${encoded}`;
}
