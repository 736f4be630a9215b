/** Connections byte by byte, for requests and frames that no client would send. */

export class Raw implements AsyncDisposable {
  #text = "";
  #done = false;
  #wake = () => {};
  readonly #reading: Promise<void>;

  constructor(readonly connection: Deno.TcpConn) {
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    for (;;) {
      // A connection that is reset has ended, too.
      const count = await this.connection.read(buffer).catch(() => null);
      if (count === null) break;
      this.#text += decoder.decode(buffer.subarray(0, count), { stream: true });
      this.#wake();
    }
    this.#done = true;
    this.#wake();
  }

  /** What has come. */
  get text(): string {
    return this.#text;
  }

  /** Writes all of it; false when the other side has closed, or takes no more for 5 s. */
  async write(bytes: Uint8Array | string): Promise<boolean> {
    let left = typeof bytes === "string"
      ? new TextEncoder().encode(bytes)
      : bytes;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stuck = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), 5_000);
    });
    try {
      while (left.length > 0) {
        const count = await Promise.race([this.connection.write(left), stuck]);
        if (count === null) return false;
        left = left.subarray(count);
      }
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  async #wait(isSo: () => boolean, ms: number): Promise<boolean> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, ms);
    while (!isSo() && !late) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    clearTimeout(timer);
    return isSo();
  }

  /** Whether this came, or the other side closed, within so many milliseconds. */
  until(text: string, ms: number): Promise<boolean> {
    return this.#wait(() => this.#done || this.#text.includes(text), ms);
  }

  /** Whether the other side closed within so many milliseconds. */
  ended(ms: number): Promise<boolean> {
    return this.#wait(() => this.#done, ms);
  }

  async [Symbol.asyncDispose]() {
    this.connection.close();
    await this.#reading;
  }
}

/** Connects to where an address leads. */
export async function open(base: string): Promise<Raw> {
  const { hostname, port } = new URL(base);
  return new Raw(await Deno.connect({ hostname, port: Number(port) }));
}

/** The head of a request. */
export function opening(
  method: string,
  path: string,
  base: string,
  headers: string[] = [],
): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${new URL(base).host}`];
  return [...lines, ...headers, "", ""].join("\r\n");
}
