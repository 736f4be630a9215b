/** An authenticator in software, for tests and attacks: it signs whatever it is told to. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

type Bytes = Uint8Array<ArrayBuffer>;

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const url = (bytes: Uint8Array): string =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });
const hashOf = (bytes: Uint8Array): Bytes =>
  new Uint8Array(createHash("sha256").update(bytes).digest());
const joined = (...parts: Uint8Array[]): Bytes =>
  new Uint8Array(Buffer.concat(parts));

/** A byte string of CBOR (RFC 8949 §3.1) of 24 to 255 bytes, as both of ours are. */
const cborBytes = (bytes: Uint8Array): Bytes =>
  joined(new Uint8Array([0x58, bytes.length]), bytes);
/** A text of CBOR of up to 23 bytes. */
const cborText = (text: string): Bytes =>
  joined(new Uint8Array([0x60 + text.length]), utf8(text));

/** Of options, what an authenticator needs. */
export interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
  user?: { id: string };
}

/** What to do otherwise than an honest browser and authenticator do. */
export interface Lie {
  origin?: string;
  rpId?: string;
  challenge?: string;
  /** The authenticator has not made sure of the person. */
  unverified?: boolean;
  counter?: number;
  userHandle?: string;
  crossOrigin?: boolean;
  /** Names another credential than its own. */
  id?: string;
  /** Signs something else. */
  forged?: boolean;
}

export interface Authenticator {
  /** The id of its credential. */
  id: string;
  /** Answers creation options, as JSON. */
  create(options: Options, lie?: Lie): string;
  /** Answers request options, as JSON. */
  get(options: Options, lie?: Lie): Promise<string>;
}

const PRESENT = 1;
const VERIFIED = 4;
const ATTESTED = 64;

/** An authenticator with one credential (ES256), in a browser at `origin`. */
export async function authenticator(origin: string): Promise<Authenticator> {
  const pair = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const coordinate = (text = "") =>
    cborBytes(Uint8Array.fromBase64(text, { alphabet: "base64url" }));
  // {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 §7.1.1)
  const publicKey = joined(
    new Uint8Array([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21]),
    coordinate(x),
    new Uint8Array([0x22]),
    coordinate(y),
  );
  const rawId = crypto.getRandomValues(new Uint8Array(32));
  const id = url(rawId);
  let uses = 0;
  let handle: string | undefined;

  const clientData = (type: string, { challenge }: Options, lie: Lie) =>
    utf8(JSON.stringify({
      type,
      challenge: lie.challenge ?? challenge,
      origin: lie.origin ?? origin,
      crossOrigin: lie.crossOrigin ?? false,
    }));
  const authData = (options: Options, lie: Lie, more: Uint8Array, flag = 0) => {
    const rpId = lie.rpId ?? options.rpId ?? options.rp?.id ?? "";
    const flags = PRESENT | (lie.unverified ? 0 : VERIFIED) | flag;
    const counter = new DataView(new ArrayBuffer(4));
    counter.setUint32(0, lie.counter ?? ++uses);
    return joined(
      hashOf(utf8(rpId)),
      new Uint8Array([flags]),
      new Uint8Array(counter.buffer),
      more,
    );
  };
  const answer = (response: Record<string, unknown>, lie: Lie) =>
    JSON.stringify({
      id: lie.id ?? id,
      rawId: lie.id ?? id,
      type: "public-key",
      clientExtensionResults: {},
      response,
    });

  return {
    id,
    create(options, lie = {}) {
      handle = options.user?.id;
      const attested = joined(
        new Uint8Array(16),
        new Uint8Array([0, rawId.length]),
        rawId,
        publicKey,
      );
      const attestation = joined(
        new Uint8Array([0xa3]),
        cborText("fmt"),
        cborText("none"),
        cborText("attStmt"),
        new Uint8Array([0xa0]),
        cborText("authData"),
        cborBytes(authData(options, lie, attested, ATTESTED)),
      );
      return answer({
        clientDataJSON: url(clientData("webauthn.create", options, lie)),
        attestationObject: url(attestation),
        transports: ["internal"],
      }, lie);
    },
    async get(options, lie = {}) {
      const client = clientData("webauthn.get", options, lie);
      const data = authData(options, lie, new Uint8Array());
      const signed = joined(data, lie.forged ? utf8("else") : hashOf(client));
      const plain = new Uint8Array(
        await crypto.subtle.sign(
          { name: "ECDSA", hash: "SHA-256" },
          pair.privateKey,
          signed,
        ),
      );
      return answer({
        clientDataJSON: url(client),
        authenticatorData: url(data),
        signature: url(derOf(plain)),
        userHandle: lie.userHandle ?? handle,
      }, lie);
    },
  };
}

/** The same signature in ASN.1, as authenticators give it. */
function derOf(plain: Bytes): Bytes {
  const integer = (bytes: Uint8Array) => {
    let at = 0;
    while (at < bytes.length - 1 && bytes[at] === 0) at++;
    const least = bytes.subarray(at);
    const padded = least[0] > 127
      ? joined(new Uint8Array([0]), least)
      : new Uint8Array(least);
    return joined(new Uint8Array([2, padded.length]), padded);
  };
  const both = joined(
    integer(plain.subarray(0, 32)),
    integer(plain.subarray(32)),
  );
  return joined(new Uint8Array([0x30, both.length]), both);
}
