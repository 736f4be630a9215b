/** What a decoder in a process of its own is given and gives back. */

/** Bytes of the WAV head that ffmpeg writes when told to add nothing. */
const HEAD = 44;

/**
 * The channels of each piece of 16-bit samples, one after the other in time; bytes come in pieces of
 * any length, and what is cut waits.
 * @param channels how many there are; undefined: a WAV head comes first and says it
 */
export async function* planesOf(
  stdout: ReadableStream<Uint8Array>,
  channels?: number,
): AsyncGenerator<Float32Array[]> {
  let rest = new Uint8Array();
  let known = channels ?? 0;
  for await (const chunk of stdout) {
    let bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    if (known === 0 && bytes.length >= HEAD) {
      known = bytes[22];
      bytes = bytes.slice(HEAD);
    }
    const width = 2 * known;
    const whole = width && bytes.length - bytes.length % width;
    rest = bytes.slice(whole);
    if (whole === 0) continue;
    const samples = new Int16Array(bytes.buffer, 0, whole / 2);
    yield Array.from(
      { length: known },
      (_, channel) =>
        Float32Array.from(
          { length: whole / width },
          (_, i) => samples[i * known + channel] / 32768,
        ),
    );
  }
}

/** Gives a decoder a whole recording; one that closes its end says why by how it ends. */
export async function give(
  stdin: WritableStream<Uint8Array>,
  bytes: Uint8Array,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // Its exit code says why.
  }
}

/** Ends a decoder. */
export function stop(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has already ended.
  }
}
