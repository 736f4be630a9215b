/**
 * How slowly a body may come. A phone on a bad line manages 8 KB a second; whoever sends less
 * keeps a connection, and memory, for nothing.
 */
export interface Pace {
  /** Milliseconds everybody has, however little comes. */
  graceMs: number;
  /** Milliseconds without a byte. */
  idleMs: number;
  bytesPerSecond: number;
}

export const PACE: Pace = {
  graceMs: 20_000,
  idleMs: 15_000,
  bytesPerSecond: 8_192,
};

/** What is thrown at a body that does not come as it should. */
export interface PaceErrors {
  tooSlow(): Error;
  /** Whoever sent it hung up. */
  gone(cause: unknown): Error;
}

/** The next chunk; undefined at the end. */
async function nextOf(
  reader: { read(): Promise<{ value?: Uint8Array }> },
  ms: number,
  { tooSlow, gone }: PaceErrors,
): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), Math.max(0, ms));
  });
  try {
    const read = reader.read().catch((cause) => {
      throw gone(cause);
    });
    return (await Promise.race([read, late])).value;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Each chunk of a stream, as long as it keeps the pace.
 * @throws {Error} one of `errors`
 */
export async function* chunksOf(
  stream: ReadableStream<Uint8Array>,
  pace: Pace,
  errors: PaceErrors,
): AsyncGenerator<Uint8Array> {
  const { graceMs, idleMs, bytesPerSecond } = pace;
  const reader = stream.getReader();
  const started = performance.now();
  let size = 0;
  try {
    for (;;) {
      const due = started + graceMs + size / bytesPerSecond * 1_000;
      const left = Math.min(idleMs, due - performance.now());
      const chunk = await nextOf(reader, left, errors);
      if (chunk === undefined) return;
      size += chunk.length;
      yield chunk;
    }
  } finally {
    // What still comes is nobody's: the connection ends with the answer.
    reader.cancel().catch(() => {});
  }
}
