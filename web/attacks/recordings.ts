/** A tone without words as a WAV file: 16 kHz, mono, 16 bits (RIFF, Multimedia PCM). */
export function tone(seconds = 1): Uint8Array<ArrayBuffer> {
  const rate = 16_000;
  const size = rate * 2 * seconds;
  const bytes = new Uint8Array(44 + size);
  const view = new DataView(bytes.buffer);
  const write = (at: number, text: string) =>
    bytes.set(new TextEncoder().encode(text), at);
  write(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, size, true);
  for (let i = 0; i < size / 2; i++) {
    view.setInt16(44 + i * 2, 8_000 * Math.sin(i / 6), true);
  }
  return bytes;
}
