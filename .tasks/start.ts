/**
 * `deno task start`: builds, then runs all three services until Ctrl-C.
 * `deno task dev` (`--dev`) runs the same with reload. `--https`, or HTTPS=1, serves https.
 */
import { ConfigError } from "../realtime/common/config-error.ts";
import { holdDataFolder, StartError } from "./data-folder.ts";
import { freePorts } from "./free-ports.ts";
import { keepRunning } from "./keep-running.ts";
import { join } from "./paths.ts";
import { checkPorts } from "./ports.ts";
import { run, type Running, whenReady } from "./processes.ts";
import { addresses, root, type Service, services } from "./services.ts";
import { installPackages, installSystem, pocketsphinx } from "./setup.ts";
import { chosenVariables } from "./speech-model/chosen.ts";

const mode = Deno.args.includes("--dev") ? "development" : "production";
const env = withChosenModel(Deno.env.toObject());
if (Deno.args.includes("--https")) env.HTTPS = "1";
// Where the other services find web without a certificate.
if (env.HTTPS === "1") env.INSIDE_PORT ||= String(freePorts(1)[0]);

/** The environment, with the speech model that was switched to, for the services, too. */
function withChosenModel(
  given: Record<string, string>,
): Record<string, string> {
  const chosen = chosenModel(given);
  for (const [name, value] of Object.entries(chosen)) Deno.env.set(name, value);
  return { ...given, ...chosen };
}

function chosenModel(given: Record<string, string>) {
  try {
    return chosenVariables(given);
  } catch (error) {
    if (error instanceof ConfigError) return {}; // told with the others below
    throw error;
  }
}

function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(1);
}

/** Checks what could go wrong, and says so before anything is built. */
async function prepare() {
  try {
    const at = addresses(env);
    services(env, mode);
    await holdDataFolder(at.DATA_DIR);
    checkPorts(env);
    if (at.HTTPS === "1" && mode === "development") {
      throw new StartError(
        "task dev serves http. Use task start for https, or open the page on this machine.",
      );
    }
    await installPackages();
    return at;
  } catch (error) {
    if (error instanceof StartError || error instanceof ConfigError) {
      fail(error.message);
    }
    throw error;
  }
}

/** Many products read a .env. We do not, and say so to anybody who wrote one. */
async function tellOfDotEnv() {
  const isThere = await Deno.stat(join(root, ".env"))
    .then(() => true, () => false);
  if (!isThere) return;
  console.log(
    "There is a file .env here. No service reads it: to use it, start with deno task --env-file=.env start.",
  );
}

/** PocketSphinx gets a third of the words wrong, so we mention that there are better ones. */
function tellOfModels() {
  const others = ["SHERPA_MODEL_DIR", "TRANSCRIBE_API_URL", "GCS_BUCKET"];
  if (others.some((name) => env[name]?.trim())) return;
  console.log(
    "Speech is recognised by PocketSphinx. deno task speech-model lists models that are far better and run here, too.",
  );
}

async function build() {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "build"],
    cwd: root,
    stdout: "null",
  }).output();
  if (!success) fail("The build failed (see above).");
}

const at = await prepare();
await tellOfDotEnv();
await installSystem(pocketsphinx);
tellOfModels();
if (mode === "production") await build();

const width = Math.max(...services(env, mode).map(({ name }) => name.length));
// A collector of logs wants the lines as they are: JSON, which already names the service.
const label = (name: string) =>
  Deno.stdout.isTerminal() ? `${name.padEnd(width)} │ ` : "";
const start = (service: Service): Running =>
  run(service, (line) => console.log(label(service.name) + line));
/** Makes a certificate if there is none; returns what to say about it. */
async function certified(): Promise<string> {
  // Imported late, by a variable: at the first start its packages are not installed yet.
  const module = "./certificate.ts";
  const { aboutCertificate, certificateIn }: typeof import("./certificate.ts") =
    await import(module);
  return aboutCertificate(
    await certificateIn(at.DATA_DIR).catch((error) => fail(error.message)),
  );
}
const certificate = at.HTTPS === "1" ? await certified() : undefined;
const running = services(env, mode).map(start);
let kept: { stop(): Promise<void> }[] = running;

let stopping = false;
async function stop(code: number) {
  if (stopping) return;
  stopping = true;
  await Promise.all(kept.map((each) => each.stop()));
  Deno.exit(code);
}
Deno.addSignalListener("SIGINT", () => stop(0));
Deno.addSignalListener("SIGTERM", () => stop(0));

try {
  // What cannot start at all is not tried again.
  await whenReady(running);
  const tell = (sentence: string) => console.error(sentence);
  kept = running.map((each) => keepRunning(each, { start, tell }));
  console.log(`\nChatSphere is ready: ${at.APP_URL}   (Ctrl-C stops it)\n`);
  if (certificate) console.log(`${certificate}\n`);
} catch (error) {
  if (!stopping) {
    console.error((error as Error).message);
    await stop(1);
  }
}
