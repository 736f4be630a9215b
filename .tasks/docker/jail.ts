/**
 * A folder as the root of a process, in a mount namespace of its own: what a container is, as far
 * as a Dockerfile is concerned. The system's own programs are there, read-only.
 */
import { join } from "../paths.ts";

/** Folders of this machine that stand in for those of a base image. */
const SYSTEM = ["usr", "bin", "sbin", "lib", "lib64"];
const USERS = "root:x:0:0::/root:/bin/sh\n" +
  "deno:x:1993:1993::/home/deno:/bin/sh\nbun:x:1000:1000::/home/bun:/bin/sh\n" +
  "nobody:x:65534:65534::/:/bin/sh\n";
const GROUPS = "root:x:0:\ndeno:x:1993:\nbun:x:1000:\nnogroup:x:65534:\n";

export interface Jail {
  root: string;
  /** Programs of the base image: name → where they are on this machine. */
  programs: Record<string, string>;
  /** Folders of this machine to have at the same place or another: path inside → outside. */
  shared: Record<string, string>;
}

export interface Command {
  argv: string[];
  cwd: string;
  user: string;
  env: Record<string, string>;
  /** Nothing but these folders can be written; undefined: everything in the jail. */
  writable?: string[];
}

/** Makes the folders and files every image has. */
export async function prepareJail({ root, programs, shared }: Jail) {
  for (const name of [...SYSTEM, "proc", "dev", "tmp", "etc", "image"]) {
    await Deno.mkdir(join(root, name), { recursive: true });
  }
  await Deno.chmod(join(root, "tmp"), 0o1777);
  await Deno.writeTextFile(join(root, "etc/passwd"), USERS);
  await Deno.writeTextFile(join(root, "etc/group"), GROUPS);
  for (const file of ["resolv.conf", "hosts", "nsswitch.conf"]) {
    await Deno.copyFile(`/etc/${file}`, join(root, "etc", file));
  }
  for (const name of Object.keys(programs)) {
    await Deno.writeFile(join(root, "image", name), new Uint8Array());
  }
  for (const path of ["/etc/ssl", ...Object.keys(shared)]) {
    await Deno.mkdir(join(root, path), { recursive: true });
  }
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function mounts({ root, programs, shared }: Jail, writable?: string[]) {
  const bind = (from: string, to: string, readOnly: boolean) => {
    const target = quote(join(root, to));
    // Unless told otherwise, a mount made from inside a read-only one is read-only, too.
    const mode = readOnly ? "ro" : "rw";
    return `mount --bind ${quote(from)} ${target} && ` +
      `mount -o remount,${mode},bind ${target}`;
  };
  return [
    // The root itself first: what is mounted below it later keeps its own mode.
    ...(writable ? [bind(root, ".", true)] : []),
    ...SYSTEM.map((name) => bind(`/${name}`, name, true)),
    bind("/etc/ssl", "etc/ssl", true),
    bind("/proc", "proc", false),
    bind("/dev", "dev", false),
    ...Object.entries(programs).map(([name, path]) =>
      bind(path, `image/${name}`, true)
    ),
    ...Object.entries(shared).map(([to, from]) => bind(from, to, false)),
    ...(writable ?? []).map((path) => bind(join(root, path), path, false)),
  ];
}

/** The process itself has the id of the child that is started: no shell is left in between. */
export function jailed(jail: Jail, command: Command): Deno.Command {
  const { argv, cwd, user, env, writable } = command;
  const [name, group = name] = user.split(":");
  const asUser = name === "root"
    ? []
    : ["setpriv", `--reuid=${name}`, `--regid=${group}`, "--clear-groups"];
  const inside = [
    ...["env", "-i", "PATH=/image:/usr/local/bin:/usr/bin:/bin"],
    ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
    ...["sh", "-c", 'cd "$0" && exec "$@"', cwd, ...asUser, ...argv],
  ];
  const script = [
    ...mounts(jail, writable),
    `exec chroot ${quote(jail.root)} ${inside.map(quote).join(" ")}`,
  ].join(" && ");
  return new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", script],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
