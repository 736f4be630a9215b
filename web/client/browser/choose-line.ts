/** Another line than a socket, for where something in between forbids sockets. */
import { type LinkOptions, ways } from "./socket.ts";

type Slower = typeof import("./slower.ts");

/** So many tries in a row are sockets, and the next one is not: a socket may be had again. */
const SOCKETS = 2;

const socket = ways.open;
let slower: Slower | undefined;

/** Opens a socket, or after two in a row that came to nothing once another line. */
export function chosenLine(
  options: LinkOptions,
  failures: number,
  load: () => Promise<Slower> = () => import("./slower.ts"),
) {
  if (failures > 0 && !slower) {
    // There when it is needed; a server that is away for a moment does not need it.
    load().then((it) => slower = it, () => {});
  }
  const isSlower = failures % (SOCKETS + 1) === SOCKETS;
  return isSlower && slower ? slower.open(options) : socket(options, failures);
}

ways.open = (options, failures) => chosenLine(options, failures);
