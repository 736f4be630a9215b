/**
 * Measures pages of a large server beside the same pages of a small one, by turns: what is not
 * shown should cost nothing. Seeding takes minutes; everything lies in folders that go afterwards.
 *
 * --tries 9   --only TEXT: cases with it in their name   --messages 1000000
 */
import { parseArgs } from "node:util";
import { join } from "../../../.tasks/paths.ts";
import { root } from "../../../.tasks/services.ts";
import { median, table } from "../../../realtime/bench/stats.ts";
import { readConfig } from "../../config.ts";
import { buildOnce } from "../../e2e/built.ts";
import { type Stack, startStack } from "../../e2e/stack.ts";
import { type Case, CASES } from "./cases.ts";
import { LARGE, seed, type Seeded, type Size, SMALL } from "./seed.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    tries: { type: "string", default: "9" },
    only: { type: "string", default: "" },
    messages: { type: "string", default: String(LARGE.messages) },
  },
});
const tries = Number(values.tries);
const wanted = CASES.filter(({ name }) => name.includes(values.only));

/** Where members lie until they are in the log. */
const LISTS = "lists.json";

interface Server extends Omit<Seeded, "lists"> {
  stack: Stack;
}

async function startServer(size: Size): Promise<Server> {
  const folder = await Deno.makeTempDir({ prefix: "chatsphere-scale-" });
  const { lists, ...seeded } = await seed(
    readConfig({ DATA_DIR: folder }).kvPath!,
    size,
  );
  await Deno.writeTextFile(join(folder, LISTS), JSON.stringify(lists));
  const { success } = await new Deno.Command(
    join(root, "node_modules/.bin/bun"),
    {
      args: [
        "--no-env-file",
        join(root, "realtime/bench/fill.ts"),
        folder,
        String(size.messages),
        join(folder, LISTS),
      ],
      cwd: root,
    },
  ).output();
  if (!success) throw new Error("The messages could not be written.");
  return { ...seeded, stack: await startStack({}, folder) };
}

/** Milliseconds until the whole answer was there, and its bytes. */
async function ask(server: Server, { who, path, form, json }: Case, n: number) {
  const { url } = server.stack;
  const headers = new Headers({ origin: url, accept: "text/html" });
  if (who) headers.set("cookie", server[who]);
  if (json) headers.set("content-type", "application/json");
  const body = form
    ? new URLSearchParams(form(n))
    : json && JSON.stringify(json(n));
  const start = performance.now();
  const answer = await fetch(`${url}${path}`, {
    method: body ? "POST" : "GET",
    headers,
    body,
    redirect: "manual",
  });
  const { length } = await answer.bytes();
  const ms = performance.now() - start;
  if (answer.status >= 400) {
    const told = server.stack.output.slice(-5).join("\n");
    throw new Error(`${path} was answered ${answer.status}\n${told}`);
  }
  return { ms, length };
}

await buildOnce();
console.log("Filling a small server and a large one …");
const small = await startServer(SMALL);
const large = await startServer({
  ...LARGE,
  messages: Number(values.messages),
});
try {
  const rows = [["", "small ms", "large ms", "×", "small kB", "large kB"]];
  for (const [at, one] of wanted.entries()) {
    const times: Record<"small" | "large", number[]> = { small: [], large: [] };
    const bytes = { small: 0, large: 0 };
    for (let n = 0; n < tries; n++) {
      for (
        const [name, server] of [["small", small], ["large", large]] as const
      ) {
        const { ms, length } = await ask(server, one, at * tries + n);
        times[name].push(ms);
        bytes[name] = length;
      }
    }
    // The first try of each finds nothing remembered.
    const [a, b] = [median(times.small.slice(1)), median(times.large.slice(1))];
    rows.push([
      one.name,
      a.toFixed(1),
      b.toFixed(1),
      (b / a).toFixed(1),
      (bytes.small / 1e3).toFixed(1),
      (bytes.large / 1e3).toFixed(1),
    ]);
    console.log(
      rows.at(-1)!.join("  "),
      ` first: ${times.small[0].toFixed(0)}, ${times.large[0].toFixed(0)}`,
    );
  }
  console.log(`\n${table(rows)}`);
} finally {
  await Promise.all([small.stack.close(), large.stack.close()]);
}
