/** Whether each service could listen where it is told to. */
import { addresses, hosts } from "./services.ts";
import { StartError } from "./data-folder.ts";

export const PORTS = ["PORT", "WS_PORT", "TRANSCRIBER_PORT"] as const;
type Name = typeof PORTS[number];

const HOST_OF = {
  PORT: "HOST",
  WS_PORT: "WS_HOST",
  TRANSCRIBER_PORT: "TRANSCRIBER_HOST",
} as const;

/** What to do about an address that cannot be listened on, as a sentence. */
export function whyNot(
  name: Name,
  { port, hostname }: { port: number; hostname: string },
  error: unknown,
): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return `Port ${port} is taken by another program. Stop that program, or set ${name} to another port.`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `Port ${port} needs rights this user does not have. Set ${name} to a port from 1024 on, and let a proxy pass on what comes to ${port}.`;
  }
  return `${hostname} is not an address of this machine. Set ${
    HOST_OF[name]
  } to one, or to 0.0.0.0 for all of them.`;
}

/**
 * Tries each port once, and lets go of it.
 *
 * @param listen does it; tests give their own.
 * @throws {StartError} for the first that cannot be had.
 */
export function checkPorts(
  env: Record<string, string | undefined>,
  listen: (at: { port: number; hostname: string }) => void = (at) =>
    Deno.listen(at).close(),
): void {
  const at = addresses(env);
  const on = hosts(env);
  const seen = new Map<number, Name>();
  for (const name of PORTS) {
    const port = Number(at[name]);
    if (!/^\d+$/.test(at[name]) || port < 1 || port > 65_535) {
      throw new StartError(
        `${name} must be a port number from 1 to 65535, not "${at[name]}".`,
      );
    }
    const other = seen.get(port);
    if (other !== undefined) {
      throw new StartError(
        `${other} and ${name} are both ${port}. Give each service its own port.`,
      );
    }
    seen.set(port, name);
    const address = { port, hostname: on[name] };
    try {
      listen(address);
    } catch (error) {
      throw new StartError(whyNot(name, address, error));
    }
  }
}
