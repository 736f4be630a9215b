/** Protocol Buffers, as far as numbers and bytes go: https://protobuf.dev/programming-guides/encoding/ */

/** A field of a message: a number, or bytes, which may be a message. */
export interface Field {
  number: number;
  value?: bigint;
  bytes?: Uint8Array;
}

/** The fields of a message, in order. */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = message[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    if ((tag & 7) === 0) fields.push({ number, value: varint() });
    else if ((tag & 7) === 2) {
      const length = Number(varint());
      fields.push({ number, bytes: message.subarray(at, at += length) });
    } else throw new Error(`Wire type ${tag & 7}?`);
  }
  return fields;
}

/** A message of these fields. */
export function messageOf(fields: Field[]): Uint8Array {
  const out: number[] = [];
  const varint = (value: bigint) => {
    for (; value > 127n; value >>= 7n) out.push(Number(value & 127n) | 128);
    out.push(Number(value));
  };
  for (const { number, value = 0n, bytes } of fields) {
    varint(BigInt(number << 3 | (bytes ? 2 : 0)));
    if (bytes) {
      varint(BigInt(bytes.length));
      for (const byte of bytes) out.push(byte);
    } else varint(value);
  }
  return new Uint8Array(out);
}
