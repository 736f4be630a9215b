/** What the tasks need beside the checkout: npm packages, and a few of Debian's. */
import { join } from "./paths.ts";
import { StartError } from "./data-folder.ts";
import { root } from "./services.ts";

interface Need {
  /** Debian's package. */
  name: string;
  /** Any of these being there means that it is installed. */
  files: string[];
  /** What is off without it. */
  without: string;
  /** Not every Debian has it: it must keep the others from nothing. */
  optional?: true;
}

const LIBRARIES = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib",
  "/usr/local/lib",
];

export const pocketsphinx: Need[] = [
  {
    name: "pocketsphinx",
    files: LIBRARIES.map((dir) => `${dir}/libpocketsphinx.so.3`),
    without: "dictation is off (the microphone button says so)",
  },
  {
    name: "pocketsphinx-en-us",
    files: ["/usr/share/pocketsphinx/model/en-us/en-us/mdef"],
    without: "dictation is off (the microphone button says so)",
  },
];

export const testTools: Need[] = [
  {
    name: "redis-server",
    files: ["/usr/bin/redis-server", "/usr/local/bin/redis-server"],
    without: "the tests of the Redis log cannot run",
  },
  {
    name: "redis-redisearch",
    files: ["/usr/lib/redis/modules/redisearch.so"],
    without: "the tests of its search engine are skipped",
    optional: true,
  },
  {
    name: "chromium",
    files: ["/usr/bin/chromium"],
    without: "the browser tests cannot run",
  },
];

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Which of these are not installed. */
export async function missingPackages(needs: Need[]): Promise<Need[]> {
  const found = await Promise.all(
    needs.map(async (need) =>
      (await Promise.all(need.files.map(exists))).includes(true)
    ),
  );
  return needs.filter((_, i) => !found[i]);
}

async function succeeds(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  const { success, stderr } = await new Deno.Command(command, {
    args,
    env,
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) console.error(new TextDecoder().decode(stderr).trimEnd());
  return success;
}

/**
 * Installs the npm packages of deno.lock when they are not there yet, or when the lock file is
 * newer than the folder.
 * @throws {StartError} when that fails: nothing runs without them.
 */
export async function installPackages() {
  const stamp = join(root, "node_modules/.chatsphere-lock");
  const lock = await Deno.readTextFile(join(root, "deno.lock"));
  if (await exists(stamp) && await Deno.readTextFile(stamp) === lock) return;
  console.log("Installing npm packages …");
  if (!await succeeds(Deno.execPath(), ["install", "--frozen", "--quiet"])) {
    throw new StartError(
      "The npm packages could not be installed (see above).",
    );
  }
  await Deno.writeTextFile(stamp, lock);
}

/**
 * Installs what is missing of Debian's packages, where that is possible (Debian, root).
 * @returns what is still missing afterwards, having said so in one sentence.
 */
export async function installSystem(needs: Need[]): Promise<Need[]> {
  const absent = await missingPackages(needs);
  if (absent.length === 0) return [];
  if (Deno.uid() === 0 && await exists("/usr/bin/apt-get")) {
    const groups = [
      absent.filter(({ optional }) => !optional),
      ...absent.filter(({ optional }) => optional).map((need) => [need]),
    ].filter((group) => group.length > 0);
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    const isUpdated = await succeeds("apt-get", ["update", "-qq"], env);
    for (const group of isUpdated ? groups : []) await install(group, env);
  }
  const left = await missingPackages(needs);
  if (left.length === 0) return [];
  const names = left.map((need) => need.name).join(", ");
  const without = [...new Set(left.map((need) => need.without))].join("; ");
  console.log(
    `Not installed: ${names}, so ${without}. To install: apt-get install ${
      names.replaceAll(",", "")
    }`,
  );
  return left;
}

async function install(needs: Need[], env: Record<string, string>) {
  const names = needs.map((need) => need.name);
  console.log(`Installing ${names.join(", ")} …`);
  const options = ["-y", "-qq", "--no-install-recommends"];
  await succeeds("apt-get", ["install", ...options, ...names], env);
}
