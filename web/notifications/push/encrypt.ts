/** Message encryption for Web Push (RFC 8291), which is one record of aes128gcm (RFC 8188). */

/** What a browser gives with its subscription, as bytes. */
export interface Receiver {
  /** Its public key: an uncompressed point of P-256. */
  p256dh: Uint8Array<ArrayBuffer>;
  /** Its secret: 16 bytes. */
  auth: Uint8Array<ArrayBuffer>;
}

/** The whole payload is one record: larger than any push service takes. */
const RECORD_SIZE = 4_096;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const bytesOf = (text: string) => new TextEncoder().encode(text);

export function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** HKDF of RFC 5869 with SHA-256. */
export async function derive(
  salt: Uint8Array<ArrayBuffer>,
  secret: BufferSource,
  info: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt, info },
    key,
    8 * length,
  );
  return new Uint8Array(bits);
}

/** The key and the nonce of a record (RFC 8188 §2.2, §2.3). */
export async function keysOf(
  salt: Uint8Array<ArrayBuffer>,
  secret: Uint8Array<ArrayBuffer>,
) {
  const raw = await derive(
    salt,
    secret,
    bytesOf("Content-Encoding: aes128gcm\0"),
    16,
  );
  const iv = await derive(
    salt,
    secret,
    bytesOf("Content-Encoding: nonce\0"),
    12,
  );
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  return { key, iv };
}

/**
 * The body of a push message.
 *
 * @param own a key pair and a salt of this one message; made unless they are given.
 */
export async function encrypt(
  text: string,
  { p256dh, auth }: Receiver,
  own?: { pair: CryptoKeyPair; salt: Uint8Array<ArrayBuffer> },
): Promise<Uint8Array<ArrayBuffer>> {
  const pair = own?.pair ??
    await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const salt = own?.salt ?? crypto.getRandomValues(new Uint8Array(16));
  const ours = new Uint8Array(
    await crypto.subtle.exportKey("raw", pair.publicKey),
  );
  const theirs = await crypto.subtle.importKey("raw", p256dh, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits(
    { name: "ECDH", public: theirs },
    pair.privateKey,
    256,
  );
  const info = joined(bytesOf("WebPush: info\0"), p256dh, ours);
  const secret = await derive(auth, shared, info, 32);
  const { key, iv } = await keysOf(salt, secret);
  // The last record of a message ends with a two.
  const record = joined(bytesOf(text), new Uint8Array([2]));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv },
    key,
    record,
  );
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, RECORD_SIZE);
  const head = joined(salt, size, new Uint8Array([ours.length]), ours);
  return joined(head, new Uint8Array(sealed));
}
