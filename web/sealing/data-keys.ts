/**
 * The keys with which what is personal in KV is sealed: they are kept apart from it, in DATA_KEY or
 * in a file of their own. AES-256-GCM (NIST SP 800-38D): a random 96-bit nonce, the ciphertext, and
 * its 128-bit tag.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
} from "node:crypto";
import { deserialize, serialize } from "node:v8";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What stands in KV instead of a value. */
export interface Sealed {
  /** Which key it takes: the first of its hash. */
  sealedWith: string;
  bytes: Uint8Array;
  /** When KV forgets it, in milliseconds since the Unix epoch, if it does. */
  expiresAt?: number;
}

export const isSealed = (value: unknown): value is Sealed =>
  typeof value === "object" && value !== null && "sealedWith" in value &&
  "bytes" in value && value.bytes instanceof Uint8Array;

/** A new key, as it is written: 256 random bits in base64url. */
export const newDataKey = (): string =>
  randomBytes(KEY_BYTES).toString("base64url");

/** The bytes of a written key; null for what is none. */
export function readDataKey(text: string): Uint8Array | null {
  if (!/^[\w+/-]{43}=?$/.test(text)) return null;
  const bytes = new Uint8Array(Buffer.from(text, "base64url"));
  return bytes.length === KEY_BYTES ? bytes : null;
}

/** A key that is needed to open a value is not there. */
export class DataKeyMissing extends Error {
  override name = "DataKeyMissing";
}

/** Where keys are kept, to which another process may add one. */
export interface KeySource {
  /** The keys as they are written. */
  read(): string[];
  /** Tells of a change, without reading them; empty where there are none. */
  stamp(): string;
}

/** Seals with the first of its keys, and opens what any of them sealed. */
export class DataKeys {
  #keys: Map<string, Uint8Array>;
  #stamp = "";
  readonly #source?: KeySource;

  /**
   * @param keys as they are written, the one to seal with first.
   * @param source where they are from, and others come.
   */
  constructor(keys: string[], source?: KeySource) {
    this.#keys = listed(keys);
    this.#source = source;
  }

  /** The name of the key that seals. */
  get current(): string {
    return this.#newest()[0];
  }

  /** The key that seals: never one before it, which may be forgotten at any moment. */
  #newest(): [name: string, key: Uint8Array] {
    const stamp = this.#source?.stamp() ?? "";
    if (stamp !== "" && stamp !== this.#stamp) {
      this.#reload();
      this.#stamp = stamp;
    }
    return this.#keys.entries().next().value!;
  }

  #reload(): void {
    const keys = this.#source?.read() ?? [];
    if (keys.length > 0) this.#keys = listed(keys);
  }

  /**
   * @param place what it is stored under: it opens nowhere else.
   * @param expiresAt when KV is to forget it: sealed anew, it ends then as well.
   */
  seal(place: Deno.KvKey, value: unknown, expiresAt?: number): Sealed {
    const [sealedWith, key] = this.#newest();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    cipher.setAAD(placeOf(place));
    const bytes = Buffer.concat([
      nonce,
      cipher.update(serialize(value)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return { sealedWith, bytes: new Uint8Array(bytes), expiresAt };
  }

  /**
   * The value; one that an earlier version did not seal, as it is.
   *
   * @throws {DataKeyMissing}
   * @throws {Error} for bytes that were changed, or are those of another place.
   */
  open(place: Deno.KvKey, value: unknown): unknown {
    if (!isSealed(value)) return value;
    const { bytes } = value;
    const decipher = createDecipheriv(
      "aes-256-gcm",
      this.#keyFor(value),
      bytes.subarray(0, NONCE_BYTES),
    );
    decipher.setAAD(placeOf(place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return deserialize(Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]));
  }

  #keyFor({ sealedWith }: Sealed): Uint8Array {
    if (!this.#keys.has(sealedWith)) this.#reload();
    const key = this.#keys.get(sealedWith);
    if (key) return key;
    throw new DataKeyMissing(
      `The data is sealed with the key ${sealedWith}, which is not among those given.`,
    );
  }
}

/** Names may be known: they tell a key from others, and nothing of it. */
const nameOf = (key: Uint8Array): string =>
  createHash("sha256").update("name of a data key").update(key).digest("hex")
    .slice(0, 12);

function listed(keys: string[]): Map<string, Uint8Array> {
  const read = keys.map((text) => {
    const key = readDataKey(text);
    if (key === null) throw new TypeError("This is no data key.");
    return [nameOf(key), key] as const;
  });
  return new Map(read);
}

const placeOf = (place: Deno.KvKey): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(place));
