const nonces = new WeakMap<Response, string>();

/** Remembers which nonce the scripts of a rendered page carry. */
export function setNonce(response: Response, nonce: string): void {
  nonces.set(response, nonce);
}

/** The nonce of a rendered page; undefined for any other answer. */
export function nonceOf(response: Response): string | undefined {
  return nonces.get(response);
}
