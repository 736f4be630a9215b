/** The files of an archive that stores them as they are (APPNOTE 4.3.7 and 4.3.9). */
export function unzipped(bytes: Uint8Array): Record<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = (from: number, to: number) =>
    new TextDecoder().decode(bytes.subarray(from, to));
  const files: Record<string, string> = {};
  // Sizes stand in the directory at the end, which is found by its own last record.
  let at = view.getUint32(bytes.length - 6, true);
  while (view.getUint32(at, true) === 0x02014b50) {
    const [size, name, extra, comment] = [
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
      view.getUint16(at + 30, true),
      view.getUint16(at + 32, true),
    ];
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) +
      view.getUint16(local + 28, true);
    files[text(at + 46, at + 46 + name)] = text(start, start + size);
    at += 46 + name + extra + comment;
  }
  return files;
}
