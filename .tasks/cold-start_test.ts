import { assert, assertEquals } from "@std/assert";
import { join, toFileUrl } from "./paths.ts";
import { root, services } from "./services.ts";

interface Module {
  specifier: string;
  dependencies?: {
    isDynamic?: boolean;
    code?: { specifier?: string };
  }[];
}

const known = new Map<string, Module>();

/** Looks up what a file of ours imports, and what that imports. */
async function lookUp(entry: string): Promise<string> {
  const specifier = toFileUrl(join(root, entry)).href;
  if (known.has(specifier)) return specifier;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--node-modules-dir=manual", join(root, entry)],
    cwd: root,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  for (const each of modules) known.set(each.specifier, each);
  return specifier;
}

/** Fresh is laid out otherwise where it comes from JSR. */
const isOurs = (specifier: string): boolean =>
  specifier.startsWith(toFileUrl(root).href) &&
  !/\/(web\/links|node_modules)\//.test(specifier);

/** The name of what is installed from npm: `npm:/preact@^10/hooks` is preact's, or its file. */
const packageOf = (specifier: string): string | undefined =>
  /(?:^npm:\/?|^.*\/node_modules\/)((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1];

/**
 * Our modules that are loaded together with these files, without what each imports later, and the
 * packages that they import.
 */
async function loadedWith(...entries: string[]) {
  const seen = new Set<string>();
  for (const entry of entries) seen.add(await lookUp(entry));
  const packages = new Set<string>();
  for (const specifier of seen) {
    for (const each of known.get(specifier)?.dependencies ?? []) {
      const meant = each.code?.specifier;
      if (each.isDynamic || meant === undefined) continue;
      const name = packageOf(meant);
      if (name !== undefined) packages.add(name);
      else if (isOurs(meant)) seen.add(meant);
    }
  }
  return { modules: [...seen], packages: [...packages].sort() };
}

/** What Fresh loads at once of a project, besides its entry. */
const EAGER = [
  ...["_app.tsx", "_error.tsx", "_layout.tsx", "_middleware.tsx"],
  "api/_middleware.ts",
].map((name) => `web/routes/${name}`);

const ISLANDS = ["Camera", "Room", "Waiting"]
  .map((name) => `web/islands/${name}.tsx`);

async function filesIn(folder: string, like: RegExp): Promise<string[]> {
  const all = await Array.fromAsync(Deno.readDir(join(root, folder)));
  return all.map(({ name }) => name).filter((name) => like.test(name)).sort()
    .map((name) => `${folder}/${name}`);
}

Deno.test("what is looked at below is all that Fresh loads at once", async () => {
  const routes = await filesIn("web/routes", /^_.*\.tsx?$/);
  const api = await filesIn("web/routes/api", /^_.*\.tsx?$/);
  assertEquals([...routes, ...api], EAGER);
  assertEquals(await filesIn("web/islands", /(?<!_test)\.tsx$/), ISLANDS);
});

/** What pages are made with; all else is for later. */
const FOR_PAGES = [
  "cookie",
  "ipaddr.js",
  "jose",
  "preact",
  "preact-render-to-string",
  "sugar-high",
];
/** Of ours, with a first page of any kind: each takes some third of a millisecond. */
const MOST_MODULES = 235;

for (
  const [page, route] of [
    ["a room", "rooms/[id]/index.tsx"],
    ["the list of rooms", "rooms/index.tsx"],
    ["the sign-in", "login/index.tsx"],
    ["the landing page", "index.tsx"],
  ]
) {
  Deno.test(`web shows ${page} first with no package but those that pages are made with`, async () => {
    const start = ["web/main.ts", ...EAGER, ...ISLANDS];
    const { modules, packages } = await loadedWith(
      ...start,
      `web/routes/${route}`,
    );
    assertEquals(packages, FOR_PAGES);
    assert(modules.length <= MOST_MODULES, `${modules.length} modules`);
  });
}

const HEAVY =
  /aws-sdk|google-cloud|grpc|nodemailer|tensorflow|vladmandic|jsquash|postal-mime|hash-wasm|esbuild|sherpa-onnx-node|mediabunny|opus-decoder|node-web-audio-api|ogg-vorbis/;

Deno.test("the transcriber starts without the SDKs: each is loaded when it is first used", async () => {
  const { packages } = await loadedWith("transcriber/main.ts");
  assertEquals(packages.filter((name) => HEAVY.test(name)), []);
});

Deno.test("a service does not look through all installed packages at each start", () => {
  const isQuick = services({})
    .filter(({ command }) => command === Deno.execPath())
    .map(({ name, args }) =>
      [name, args.includes("--node-modules-dir=manual")] as const
    );
  assertEquals(isQuick, [["web", true], ["transcriber", true]]);
});

Deno.test("importing web writes nothing and opens nothing", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    // What may not be asked for fails, and neither net nor write is among what may.
    args: [
      ...["run", "--no-prompt", "--no-check", "--allow-read", "--allow-env"],
      "web/main.ts",
    ],
    cwd: root,
    stdin: "null",
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
});
