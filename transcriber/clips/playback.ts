import { timingSafeEqual } from "node:crypto";
import { ApiError } from "../http/errors.ts";

/** Milliseconds an address of a recording works. */
export const PLAYBACK_MS = 5 * 60_000;

/**
 * Addresses of recordings that need no credential, for a player's `src`, which can send none. They
 * are signed with a key of this process: after a restart a player asks for a new one.
 */
export class Playback {
  #key = crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);

  /** The path and query that plays this clip until `expiresAt`, milliseconds since the epoch. */
  async path(id: string, expiresAt: number): Promise<string> {
    const signature = (await this.#sign(id, expiresAt))
      .toBase64({ alphabet: "base64url", omitPadding: true });
    return `/clips/${id}/audio?until=${expiresAt}&signature=${signature}`;
  }

  /** @throws {ApiError} 404 `not-found` when the address was not made here, or is over */
  async check(
    id: string,
    until: number,
    signature: string,
    now = Date.now(),
  ): Promise<void> {
    const right = await this.#sign(id, until);
    const given = bytesOf(signature);
    const valid = given.length === right.length &&
      timingSafeEqual(given, right) && now < until;
    if (valid) return;
    throw new ApiError({
      code: "not-found",
      status: 404,
      message:
        "The link to this recording has expired. Open the message again.",
    });
  }

  async #sign(id: string, until: number): Promise<Uint8Array> {
    const text = new TextEncoder().encode(`${id} ${until}`);
    return new Uint8Array(
      await crypto.subtle.sign("HMAC", await this.#key, text),
    );
  }
}

function bytesOf(signature: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(signature, { alphabet: "base64url" });
  } catch {
    return new Uint8Array(); // not base64: certainly not ours
  }
}
