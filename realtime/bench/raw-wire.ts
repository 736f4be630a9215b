import type { Socket } from "bun";
import type { Frame, Wire, WireOwner } from "./wire.ts";

class Bytes implements Frame {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  length = 0;
  codeAt(place: number): number {
    return this.bytes[this.start + place] ?? 0;
  }
  indexOf(text: string): number {
    return this.bytes.indexOf(text, this.start) - this.start;
  }
}
const current = new Bytes();

/** Frames of the wire whose turn it is, until they are written at its end. */
const batch = Buffer.allocUnsafe(1 << 20);
let used = 0;

/**
 * A WebSocket client on a bare TCP socket (RFC 6455): it costs a fraction of a real one,
 * so that the measuring process does not become what is measured. What is sent while it
 * takes what came in leaves in one write.
 */
export class RawWire implements Wire {
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

  /** Queues a text of less than 64 kB, masked with zeros (RFC 6455 §5). */
  queue(text: Buffer): void {
    const { length } = text;
    batch[used] = 0x81;
    if (length < 126) batch[used + 1] = 0x80 | length;
    else {
      batch[used + 1] = 0xfe;
      batch.writeUInt16BE(length, used + 2);
      used += 2;
    }
    batch.fill(0, used + 2, used + 6);
    batch.set(text, used + 6);
    used += 6 + length;
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
      if (opcode === 1) {
        current.bytes = bytes;
        current.start = start;
        current.length = length;
        this.owner.frame(current);
      } else if (opcode === 9) this.#pong(bytes.subarray(start, end));
      at = end;
    }
    return at;
  }

  #pong(payload: Buffer): void {
    batch.set([0x8a, 0x80 | payload.length, 0, 0, 0, 0], used);
    batch.set(payload, used + 6);
    used += 6 + payload.length;
  }
}
