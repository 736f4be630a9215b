import type { JSONWebKeySet } from "jose";
import type { Role } from "../../realtime/protocol.ts";

/** The services that accept our tokens: the `aud` claim. */
export type Audience = "realtime" | "transcriber";

/** Makes the tokens by which the other services know who somebody is. */
export interface Signer {
  /** A five-minute token for a person; `expiresAt` in milliseconds since the Unix epoch. */
  personToken(
    audience: Audience,
    account: { id: string; name: string },
    rooms: Record<string, Role>,
  ): Promise<{ token: string; expiresAt: number }>;
  /** A five-minute token for this service itself. */
  serviceToken(audience: Audience): Promise<string>;
  /** The public keys tokens are verified with, newest first. */
  jwks(): Promise<JSONWebKeySet>;
}
