/**
 * What is stored of a face, the template and the picture, is encrypted with a key of its own.
 * Deleting the key makes every copy unreadable at once: old versions in a bucket, backups of a
 * folder, pages of a database that were not overwritten. AES-GCM (NIST SP 800-38D): a random
 * 96-bit nonce, then the ciphertext with its tag.
 */
const NONCE_BYTES = 12;

/** A new key: 256 random bits. */
export const newFaceKey = (): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(new Uint8Array(32));

const imported = (key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);

const parameters = (iv: Uint8Array<ArrayBuffer>, what: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(what),
});

/**
 * The bytes, readable only with the key.
 * @param what says what they are; opening them as anything else fails.
 */
export async function sealed(
  key: Uint8Array<ArrayBuffer>,
  what: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const text = await crypto.subtle.encrypt(
    parameters(nonce, what),
    await imported(key),
    bytes,
  );
  const whole = new Uint8Array(NONCE_BYTES + text.byteLength);
  whole.set(nonce);
  whole.set(new Uint8Array(text), NONCE_BYTES);
  return whole;
}

/**
 * What was {@link sealed}.
 * @throws {DOMException} `OperationError` with another key, for another thing, or when changed.
 */
export async function unsealed(
  key: Uint8Array<ArrayBuffer>,
  what: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const text = await crypto.subtle.decrypt(
    parameters(bytes.slice(0, NONCE_BYTES), what),
    await imported(key),
    bytes.slice(NONCE_BYTES),
  );
  return new Uint8Array(text);
}

/** What of a face is sealed, by whose it is. */
export const templateOf = (accountId: string): string =>
  `face template of ${accountId}`;
export const pictureOf = (accountId: string): string =>
  `face picture of ${accountId}`;
