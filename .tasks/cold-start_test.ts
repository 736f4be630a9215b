import { assertEquals } from "@std/assert";
import { join } from "./paths.ts";
import { root } from "./services.ts";

interface Module {
  specifier: string;
  dependencies?: {
    isDynamic?: boolean;
    code?: { specifier: string };
  }[];
}

/** Everything that is loaded before the first request can be answered. */
async function loadedAtStart(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
  }).output();
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout));
  const known = new Map<string, Module>(
    modules.map((module: Module) => [module.specifier, module]),
  );
  const seen = new Set<string>(roots);
  for (const specifier of seen) {
    for (const each of known.get(specifier)?.dependencies ?? []) {
      if (!each.isDynamic && each.code) seen.add(each.code.specifier);
    }
  }
  return [...seen];
}

const HEAVY =
  /aws-sdk|google-cloud|grpc|nodemailer|tensorflow|vladmandic|jsquash|postal-mime|hash-wasm|esbuild|sherpa-onnx-node|mediabunny|opus-decoder|node-web-audio-api|ogg-vorbis/;

const SERVICES: [service: string, heavy: RegExp][] = [
  ["web", new RegExp(`${HEAVY.source}|/zod@`)],
  ["transcriber", HEAVY],
];

for (const [service, heavy] of SERVICES) {
  Deno.test(`${service} starts without the SDKs: each is loaded when it is first used`, async () => {
    const loaded = await loadedAtStart(join(root, service, "main.ts"));
    assertEquals(loaded.filter((specifier) => heavy.test(specifier)), []);
  });
}

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
