import type { Socket } from "bun";

/** What a {@link Wire} tells its owner. */
export interface WireOwner {
  opened(): void;
  /** A text frame; the bytes are only valid during the call. */
  frame(bytes: Buffer, start: number, end: number): void;
  closed(): void;
}

/** Frames of the wire whose turn it is, until they are written at its end. */
const batch = Buffer.allocUnsafe(1 << 20);
let used = 0;

/** A text frame of less than 64 kB as a client sends it, masked with zeros (RFC 6455 §5). */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = length < 126
    ? [0x81, 0x80 | length, 0, 0, 0, 0]
    : [0x81, 0xfe, length >> 8, length & 255, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from(head), payload]);
}

/**
 * A WebSocket client on a bare TCP socket (RFC 6455): it costs a fraction of a real one,
 * so that the measuring process does not become what is measured. What is sent while it
 * takes what came in leaves in one write.
 */
export class Wire {
  #socket: Socket | undefined;
  #rest: Buffer | undefined;
  #unsent: Buffer | undefined;
  #open = false;

  constructor(readonly owner: WireOwner) {}

  connect(port: number, path: string): void {
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    void Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: (socket) => {
          this.#socket = socket;
          socket.setNoDelay(true);
          socket.write(request);
        },
        data: (_, bytes) => {
          this.#take(bytes);
          this.flush();
        },
        drain: () => this.flush(),
        close: () => this.owner.closed(),
        error: () => this.owner.closed(),
      },
    }).catch(() => this.owner.closed());
  }

  /** Sends a frame with the next {@link flush}, which must come in the same turn. */
  queue(frame: Buffer): void {
    batch.set(frame, used);
    used += frame.length;
  }

  /** Writes what was queued; what the kernel does not take now goes when it does. */
  flush(): void {
    let bytes = batch.subarray(0, used);
    used = 0;
    if (this.#unsent) bytes = Buffer.concat([this.#unsent, bytes]);
    this.#unsent = undefined;
    if (bytes.length === 0) return;
    const written = Math.max(0, this.#socket?.write(bytes) ?? 0);
    if (written < bytes.length) {
      this.#unsent = Buffer.from(bytes.subarray(written));
    }
  }

  close(): void {
    this.#socket?.end();
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = undefined;
    if (!this.#open) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return void (this.#rest = Buffer.from(bytes));
      this.#open = true;
      this.owner.opened();
      bytes = bytes.subarray(end + 4);
    }
    const taken = this.#frames(bytes);
    if (taken < bytes.length) this.#rest = Buffer.from(bytes.subarray(taken));
  }

  /** Hands out the whole frames; returns how many bytes those were. */
  #frames(bytes: Buffer): number {
    let at = 0;
    while (at + 2 <= bytes.length) {
      let length = (bytes[at + 1] ?? 0) & 127;
      let start = at + 2;
      if (length === 126) {
        if (at + 4 > bytes.length) break;
        length = ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
        start += 2;
      } else if (length === 127) {
        if (at + 10 > bytes.length) break;
        length = Number(bytes.readBigUInt64BE(start));
        start += 8;
      }
      const end = start + length;
      if (end > bytes.length) break;
      const opcode = (bytes[at] ?? 0) & 15;
      if (opcode === 1) this.owner.frame(bytes, start, end);
      else if (opcode === 9) this.#pong(bytes.subarray(start, end));
      at = end;
    }
    return at;
  }

  #pong(payload: Buffer): void {
    const head = Buffer.from([0x8a, 0x80 | payload.length, 0, 0, 0, 0]);
    this.queue(Buffer.concat([head, payload]));
  }
}
