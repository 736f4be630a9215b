import { assertEquals } from "@std/assert";
import { namedIn } from "./imports.ts";
import { join } from "./paths.ts";
import { root } from "./services.ts";

/** What others installed or a build made; the stand-in of Fresh is laid out as Fresh is. */
const NOT_OURS = /(^|\/)(node_modules|_fresh|links|\.git|\.data)$/;

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = join(folder, name);
    if (isDirectory && !NOT_OURS.test(path)) yield* sources(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

/** Which files of ours each file names in its imports, those of types included. */
async function imports(): Promise<Map<string, string[]>> {
  const graph = new Map<string, string[]>();
  for (const folder of ["web", "realtime", "transcriber", ".tasks"]) {
    for await (const file of sources(folder)) {
      const text = await Deno.readTextFile(join(root, file));
      const named = namedIn(file, text).filter(({ kind }) => kind !== "later");
      graph.set(file, named.map(({ path }) => path));
    }
  }
  return graph;
}

/** The files that import each other in a circle (Tarjan, 1972: components of more than one). */
function circlesIn(graph: Map<string, string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (!stack.includes(next)) continue;
      lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}

Deno.test("what a file imports is found, and what it has loaded later", () => {
  const text = `import { a } from "./a.ts";
import type { B } from "../b.ts";
export {
  c,
} from "./c/c.ts";
import "./d.ts";
import append from "./e.lua" with { type: "text" };
import { join } from "node:path";
export const path = "./none.ts";
const f = () => import("./f.ts");
const g = new URL("./g.lm", import.meta.url);
const h = new Thread("h-worker", "");
`;
  assertEquals(
    namedIn("x/y.ts", text).map(({ kind, path }) => `${kind} ${path}`),
    [
      ...["import x/a.ts", "types b.ts", "import x/c/c.ts", "import x/d.ts"],
      ...["import x/e.lua", "later x/f.ts", "later x/g.lm"],
      "later x/h-worker.ts",
    ],
  );
});

Deno.test("a circle of imports is found", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "elsewhere"]],
    ["c", ["b", "d"]],
    ["d", []],
  ]);
  assertEquals(circlesIn(graph), [["b", "c"]]);
});

Deno.test("no files import each other in a circle", async () => {
  assertEquals(circlesIn(await imports()), []);
});
