/** A field's value: an integer, or the bytes of a text, a message or packed numbers. */
export type Value = number | Uint8Array;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/**
 * The fields of a message in Protocol Buffers' wire format
 * (protobuf.dev/programming-guides/encoding), by their numbers. Integers above 2^53 lose digits.
 * @throws Error when it is none, or ends too early
 */
export function readMessage(message: Uint8Array): Map<number, Value[]> {
  const fields = new Map<number, Value[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let weight = 1;; weight *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("The message ends too early.");
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    if (at + length > message.length) {
      throw new Error("The message ends too early.");
    }
    return message.subarray(at, at += length);
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    const type = key % 8;
    let value: Value;
    if (type === VARINT) value = varint();
    else if (type === BYTES) value = take(varint());
    else if (type === FIXED64) value = take(8);
    else if (type === FIXED32) value = take(4);
    else throw new Error(`The message has a field of type ${type}.`);
    fields.set(number, [...fields.get(number) ?? [], value]);
  }
  return fields;
}
