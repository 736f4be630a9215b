/** Path helpers, so that no task spells a separator or a scheme by hand. */
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export { dirname, join, relative, resolve };
export const fromFileUrl = (url: URL | string): string => fileURLToPath(url);
export const toFileUrl = (path: string): URL => pathToFileURL(path);
