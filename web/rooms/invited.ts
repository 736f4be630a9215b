import type { Services } from "../services.ts";
import { findInvitation } from "./invitations.ts";

/**
 * The address an open invitation was sent to, for the form of whoever comes from its link; empty for any
 * other page.
 *
 * @param next the path of the page they come from.
 */
export async function invitedAddress(
  s: Pick<Services, "kv">,
  next: string,
): Promise<string> {
  const code = next.match(/^\/invitations\/([\w-]+)$/)?.[1];
  const invitation = code && await findInvitation(s, code);
  return invitation && invitation.status === "pending" ? invitation.email : "";
}
