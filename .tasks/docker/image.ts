import { join } from "../paths.ts";
import { root as checkout } from "../services.ts";
import { copyInto, parseIgnore } from "./context.ts";
import type { Instruction, Stage } from "./dockerfile.ts";
import { type Jail, jailed, prepareJail } from "./jail.ts";

/** A replayed stage: its files, and what its instructions set. */
export interface Image {
  jail: Jail;
  cwd: string;
  user: string;
  env: Record<string, string>;
  volumes: string[];
  ports: string[];
  argv: string[];
  isShell: boolean;
  health?: string;
  /** What its commands would have installed of the system's packages. */
  packages: string[];
}

/** The base images we know, by the programs they bring besides the system's. */
const BASES: [image: RegExp, programs: Record<string, string>][] = [
  [/^denoland\/deno:/, { deno: Deno.execPath() }],
  [/^debian:/, {}],
];

/** What the commands of a build may reach besides their stage: the packages this machine has. */
async function packageCache(): Promise<Record<string, string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  return { "/deno-dir": denoDir };
}

/**
 * Replays the stages in folders below `folder`.
 * @returns the last stage
 * @throws Error with the output of the command that failed
 */
export async function replay(stages: Stage[], folder: string): Promise<Image> {
  const done = new Map<string, Image>();
  let image: Image | undefined;
  for (const [index, stage] of stages.entries()) {
    image = await startStage(stage.base, join(folder, `${index}`));
    for (const each of stage.instructions) await apply(each, image, done);
    if (stage.name) done.set(stage.name, image);
  }
  if (!image) throw new Error("The Dockerfile has no stage.");
  return image;
}

async function startStage(base: string, root: string): Promise<Image> {
  const known = BASES.find(([image]) => image.test(base));
  if (!known) throw new Error(`The replay does not know the image ${base}.`);
  const jail = {
    root,
    programs: known[1],
    shared: await packageCache(),
  };
  await prepareJail(jail);
  const env = { DENO_DIR: "/deno-dir", HOME: "/tmp", ...registries() };
  const lists = { volumes: [], ports: [], argv: [], packages: [] };
  return { jail, cwd: "/", user: "root", env, ...lists, isShell: false };
}

/** Where packages come from on this machine, and whose certificates to believe there. */
function registries(): Record<string, string> {
  const names =
    /^(NPM_CONFIG_REGISTRY|https?_proxy|no_proxy|DENO_CERT|DENO_TLS_CA_STORE|NODE_EXTRA_CA_CERTS)$/i;
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => names.test(name)),
  );
}

async function apply(
  each: Instruction,
  image: Image,
  done: Map<string, Image>,
): Promise<void> {
  const { root } = image.jail;
  switch (each.name) {
    case "WORKDIR":
      image.cwd = join("/", image.cwd, each.value);
      if (each.value.startsWith("/")) image.cwd = each.value;
      return await Deno.mkdir(join(root, image.cwd), { recursive: true });
    case "USER":
      image.user = each.value;
      return;
    case "ENV":
      Object.assign(image.env, each.values);
      return;
    case "VOLUME":
      image.volumes.push(...each.values);
      return;
    case "EXPOSE":
      image.ports.push(...each.values);
      return;
    case "CMD":
    case "ENTRYPOINT":
      image.argv.push(...each.argv);
      image.isShell ||= each.isShell;
      return;
    case "HEALTHCHECK":
      image.health = each.command;
      return;
    case "COPY":
      return await copy(each, image, done);
    case "RUN":
      return await run(each.command, image);
  }
}

async function copy(
  { from, chown, sources, to }: Extract<Instruction, { name: "COPY" }>,
  image: Image,
  done: Map<string, Image>,
) {
  const other = from === undefined ? undefined : done.get(from);
  if (from !== undefined && !other) throw new Error(`No stage is ${from}.`);
  const ignored = other
    ? () => false
    : parseIgnore(await Deno.readTextFile(join(checkout, ".dockerignore")));
  const target = to.startsWith("/") ? to : join(image.cwd, to);
  for (const source of sources) {
    const context = other ? other.jail.root : checkout;
    const { isDirectory } = await Deno.stat(join(context, source));
    const isInto = !isDirectory && (sources.length > 1 || /\/$|^\.$/.test(to));
    const name = source.split("/").at(-1) ?? source;
    const path = join(image.jail.root, target, isInto ? name : "");
    await copyInto(context, source, path, ignored);
  }
  if (chown) {
    await run(`chown -R ${chown} ${target}`, { ...image, user: "root" });
  }
}

async function run(command: string, image: Image) {
  // The system's folders are this machine's: what it has installed is there already.
  const install = /apt-get install\s+([^&;|]+)/.exec(command)?.[1];
  if (install) {
    const words = install.trim().split(/\s+/);
    image.packages.push(...words.filter((word) => !word.startsWith("-")));
    return;
  }
  const { jail, cwd, user, env } = image;
  const argv = ["/bin/sh", "-c", command];
  const { success, stderr, stdout } = await jailed(jail, {
    ...{ argv, cwd, user, env },
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  throw new Error(`RUN ${command} failed:\n${said}`);
}
