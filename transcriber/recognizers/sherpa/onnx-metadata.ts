/**
 * What an ONNX file says about itself, without reading the rest, which may be gigabytes. Null for a
 * file that is none.
 *
 * ONNX, onnx.proto: ModelProto.metadata_props is field 14, of StringStringEntryProto with key 1 and
 * value 2. Protocol Buffers, encoding: a field is a varint of number and kind; kind 0 is a varint,
 * kind 2 a length and so many bytes.
 */
export function onnxMetadata(path: string): Map<string, string> | null {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const found = new Map<string, string>();
  let at = 0;
  while (at < size) {
    const tag = varintAt(file, at);
    if (!tag) return null;
    const content = varintAt(file, tag.next);
    if (!content) return null;
    const kind = tag.value & 7;
    if (kind === 0) at = content.next;
    else if (kind === 2) {
      const { value: length, next } = content;
      if (next + length > size) return null;
      if (tag.value >> 3 === METADATA) {
        const entry = entryOf(bytesAt(file, next, Math.min(length, LONGEST)));
        if (entry) found.set(...entry);
      }
      at = next + length;
    } else return null;
  }
  return found;
}

const METADATA = 14;
/** Bytes of one entry that are read; a model's own tokens may be among them. */
const LONGEST = 65_536;

function bytesAt(file: Deno.FsFile, at: number, length: number): Uint8Array {
  file.seekSync(at, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const more = file.readSync(bytes.subarray(read));
    if (more === null) break;
    read += more;
  }
  return bytes.subarray(0, read);
}

const varintAt = (file: Deno.FsFile, at: number) => {
  const read = varint(bytesAt(file, at, 10), 0);
  return read && { value: read.value, next: at + read.next };
};

function varint(bytes: Uint8Array, from: number) {
  let value = 0;
  for (let i = 0; i < 8 && from + i < bytes.length; i++) {
    value += (bytes[from + i] & 0x7f) * 2 ** (7 * i);
    if (bytes[from + i] < 0x80) return { value, next: from + i + 1 };
  }
  return null;
}

function entryOf(bytes: Uint8Array): [string, string] | null {
  const parts: Record<number, string> = {};
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    const length = tag && varint(bytes, tag.next);
    if (!length || (tag.value & 7) !== 2) return null;
    const end = length.next + length.value;
    parts[tag.value >> 3] = new TextDecoder()
      .decode(bytes.subarray(length.next, end));
    at = end;
  }
  return parts[1] === undefined ? null : [parts[1], parts[2] ?? ""];
}
