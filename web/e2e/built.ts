/** Web as it is built for production, once for all tests of a run. */
import { root } from "../../.tasks/services.ts";

/** The variable by which a run of the tests says that it has built web already. */
export const BUILT = "E2E_BUILT";

let built: Promise<void> | undefined;

async function build() {
  if (Deno.env.get(BUILT)) return;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "build"],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Builds web, unless this run has already. */
export const buildOnce = (): Promise<void> => built ??= build();
