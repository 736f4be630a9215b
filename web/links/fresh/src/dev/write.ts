import { dirname, join } from "node:path";
import { specifier } from "./crawl.ts";
import { hash, typeOf } from "./files.ts";
import type { Built } from "./project.ts";

const WARNING = "// Made by `web/dev.ts build`: changes are lost.";

interface Target {
  root: string;
  outDir: string;
  serverEntry: string;
}

/** Writes a build to disk: scripts, `snapshot.js` and `server.js`. */
export async function writeBuild(built: Built, to: Target): Promise<void> {
  const { outDir } = to;
  await removeOld(join(outDir, "static"));
  const files = [];
  for (const { pathname, contents } of built.bundle.files) {
    const path = join(outDir, "static", pathname);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, contents);
    files.push({ path, pathname });
  }
  await Deno.mkdir(outDir, { recursive: true });
  await Deno.writeTextFile(
    join(outDir, "snapshot.js"),
    await snapshotSource(built, [...files, ...built.files], outDir),
  );
  await Deno.writeTextFile(join(outDir, "server.js"), serverSource(to));
}

async function removeOld(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    // The first build has nothing to remove.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function snapshotSource(
  { bundle, client, islands, routes }: Built,
  files: Built["files"],
  outDir: string,
): Promise<string> {
  const from = (path: string) => JSON.stringify(specifier(outDir, path));
  const imports: string[] = [];
  const islandLines = islands.map(({ path, name, chunk }, i) => {
    imports.push(`import * as island${i} from ${from(path)};`);
    const rest = JSON.stringify({ name, chunk });
    return `  { module: island${i}, ...${rest} },`;
  });
  const routeLines = routes.map(({ id, path, isEager }, i) => {
    if (isEager) imports.push(`import * as route${i} from ${from(path)};`);
    const module = isEager ? `route${i}` : `() => import(${from(path)})`;
    return `  { id: ${JSON.stringify(id)}, module: ${module} },`;
  });
  const fileLines = await Promise.all(files.map(async ({ path, pathname }) => {
    const rest = JSON.stringify({
      hash: await hash(await Deno.readFile(path)),
      contentType: typeOf(pathname),
    });
    const address = pathname.split("/").map(encodeURIComponent).join("/");
    return `  [${JSON.stringify(address)}, ` +
      `{ path: new URL(${from(path)}, import.meta.url), ...${rest} }],`;
  }));
  return [
    WARNING,
    ...imports,
    `export const version = ${JSON.stringify(bundle.buildId)};`,
    `export const client = ${JSON.stringify(client)};`,
    list("islands", islandLines),
    list("routes", routeLines),
    `export const files = new Map([\n${fileLines.join("\n")}\n]);\n`,
  ].join("\n");
}

function list(name: string, lines: string[]): string {
  return `export const ${name} = [\n${lines.join("\n")}\n];`;
}

function serverSource({ root, outDir, serverEntry }: Target): string {
  const up = JSON.stringify(specifier(outDir, root) + "/");
  const entry = JSON.stringify(specifier(outDir, serverEntry));
  return `${WARNING}
import { ProdBuildCache, setBuildCache } from "fresh/internal";
import * as snapshot from "./snapshot.js";
import { app } from ${entry};

const root = decodeURIComponent(new URL(${up}, import.meta.url).pathname);
setBuildCache(app, new ProdBuildCache(root, snapshot), "production");

export default { fetch: app.handler() };
`;
}
