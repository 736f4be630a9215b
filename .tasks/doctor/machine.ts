/** This machine: its ports, the data folder, the recogniser's packages. */
import { whyUnusable } from "../data-folder.ts";
import { join } from "../paths.ts";
import { PORTS, whyNot } from "../ports.ts";
import { addresses, hosts } from "../services.ts";
import {
  type Circumstances,
  type Env,
  type Finding,
  note,
  ok,
  text,
  wrong,
} from "./finding.ts";

async function isOurs(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    });
    return (await answer.json()).ok === true;
  } catch {
    // Whatever it is, it does not answer as ours do.
    return false;
  }
}

/** Whether each port is free, or taken by the very service it is for. */
export async function checkPorts(env: Env): Promise<Finding[]> {
  const at = addresses(env);
  const on = hosts(env);
  const found: Finding[] = [];
  for (const name of PORTS) {
    const port = Number(at[name]);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) continue;
    const address = { port, hostname: on[name] };
    try {
      Deno.listen(address).close();
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (isTaken && await isOurs(port)) continue;
      found.push(wrong(name, `${name}: ${whyNot(name, address, error)}`));
    }
  }
  return found.length ? found : [ok("Ports", "They are free, or ours.")];
}

/** Whether the services could keep their files in DATA_DIR. */
export async function checkFolder(env: Env): Promise<Finding[]> {
  const { DATA_DIR } = addresses(env);
  const probe = join(DATA_DIR, `doctor-${crypto.randomUUID()}`);
  try {
    await Deno.mkdir(DATA_DIR, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(probe, "written by the doctor; may be deleted");
    await Deno.remove(probe);
    return [ok("DATA_DIR", `${DATA_DIR} can be written.`)];
  } catch (error) {
    return [wrong("DATA_DIR", whyUnusable(DATA_DIR, error))];
  }
}

/** Whether the embedded recogniser is there, when it is the one to be used. */
export async function checkRecognizer(
  env: Env,
  { missingRecognizer }: Circumstances,
): Promise<Finding[]> {
  const other = [
    "SHERPA_MODEL_DIR",
    "TRANSCRIBE_API_URL",
    "GOOGLE_CLOUD_PROJECT",
  ].find((name) => text(env, name));
  if (other) return [note("PocketSphinx", `Not needed: ${other} is set.`)];
  const missing = await missingRecognizer();
  if (missing.length === 0) return [ok("PocketSphinx", "It is installed.")];
  return [wrong(
    "PocketSphinx",
    `PocketSphinx is not installed, so dictation would be off. Run: apt-get install ${
      missing.join(" ")
    }`,
  )];
}
