import { plainAddress } from "../common/network.ts";
import type { Verify } from "./tokens.ts";

/** This machine and private networks, where a proxy of ours stands. */
const NEAR =
  /^(::ffff:)?(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\.|^::1$|^f[cd]|^fe80:/i;

/** Where web says that it is web, by a token only web can sign. */
const WEB_TOKEN = "x-web-token";

/**
 * The address a socket comes from: that of the peer, unless web or a proxy of our own passes it on for
 * somebody else. Then it is the last address in X-Forwarded-For, which is the one they wrote; what is
 * no address is not believed.
 *
 * @returns a promise only where a token has to be verified. It never rejects.
 */
export function addressOf(
  request: Request,
  peer: string,
  { trustProxy, verify }: { trustProxy: boolean; verify: Verify },
): string | Promise<string> {
  const list = request.headers.get("x-forwarded-for")?.split(",");
  // Some proxies write a port behind it, by which each socket would be counted for itself.
  const given = plainAddress(list?.at(-1)?.trim() ?? "");
  if (given === undefined) return peer;
  if (trustProxy && NEAR.test(peer)) return given;
  const token = request.headers.get(WEB_TOKEN);
  if (token === null) return peer;
  return verify(token).then(
    ({ kind }) => kind === "service" ? given : peer,
    () => peer,
  );
}
