import { isLocal } from "../../env.ts";
import type { State } from "../../utils.ts";

/**
 * Whether mail is kept in a folder that whoever asks may read in the browser: only on this machine.
 * This server listens to the network too, and its e-mails hold links and codes that let people in:
 * so the connection must come from here, and, because any page can have its name point here (DNS
 * rebinding), the address asked for must be a name of this machine.
 */
export const hasOutbox = (
  { url, state }: { url: URL; state: State },
): boolean => {
  const { services: { config }, fromHere } = state;
  return config.local && config.mail.kind === "outbox" &&
    fromHere && isLocal(url);
};
