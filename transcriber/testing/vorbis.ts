/**
 * “Hello how are you doing today” by Flite's voice in Ogg Vorbis, mono, 16 kHz: made with oggenc, since
 * there is no encoder for tests.
 */
export const helloOgg = (): Promise<Uint8Array<ArrayBuffer>> =>
  Deno.readFile(new URL("./hello.ogg", import.meta.url));
