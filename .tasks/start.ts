/**
 * `deno task start`: builds, then runs all three services until Ctrl-C.
 * `deno task dev` (`--dev`) runs the same with reload.
 */
import { run, type Running, whenReady } from "./processes.ts";
import { addresses, root, services } from "./services.ts";
import { installPackages, installSystem, pocketsphinx } from "./setup.ts";

const mode = Deno.args.includes("--dev") ? "development" : "production";
const env = Deno.env.toObject();
const at = addresses(env);

function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(1);
}

function checkPorts() {
  for (const name of ["PORT", "WS_PORT", "TRANSCRIBER_PORT"] as const) {
    const port = Number(at[name]);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      fail(`${name} must be a port from 1 to 65535, not "${at[name]}".`);
    }
    try {
      Deno.listen({ port }).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      fail(`Port ${port} is taken by another program. Set ${name} to another.`);
    }
  }
}

async function build() {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "build"],
    cwd: root,
    stdout: "null",
  }).output();
  if (!success) fail("The build failed (see above).");
}

checkPorts();
await installPackages();
await installSystem(pocketsphinx);
await Deno.mkdir(at.DATA_DIR, { recursive: true });
if (mode === "production") await build();

const width = Math.max(...services(env, mode).map(({ name }) => name.length));
// Whatever collects lines wants them as they are: JSON, which names the service itself.
const label = (name: string) =>
  Deno.stdout.isTerminal() ? `${name.padEnd(width)} │ ` : "";
const running: Running[] = services(env, mode).map((service) =>
  run(service, (line) => console.log(label(service.name) + line))
);

let stopping = false;
async function stop(code: number) {
  if (stopping) return;
  stopping = true;
  await Promise.all(running.map((child) => child.stop()));
  Deno.exit(code);
}
Deno.addSignalListener("SIGINT", () => stop(0));
Deno.addSignalListener("SIGTERM", () => stop(0));

for (const { service, status } of running) {
  status.then(({ code }) => {
    if (stopping) return;
    console.error(
      `${service.name} ended with code ${code}; stopping the rest.`,
    );
    stop(code || 1);
  });
}

try {
  await whenReady(running);
  console.log(`\nChatSphere is ready: ${at.APP_URL}   (Ctrl-C stops it)\n`);
} catch (error) {
  if (!stopping) {
    console.error((error as Error).message);
    await stop(1);
  }
}
