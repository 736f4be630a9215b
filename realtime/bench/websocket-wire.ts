import type { Frame, Wire, WireOwner } from "./wire.ts";

class Text implements Frame {
  text = "";
  get length(): number {
    return this.text.length;
  }
  codeAt(place: number): number {
    return place < this.text.length ? this.text.charCodeAt(place) : 0;
  }
  indexOf(text: string): number {
    return this.text.indexOf(text);
  }
}
const current = new Text();

/** A client as a program has one: the runtime's own WebSocket. */
export class WebSocketWire implements Wire {
  #socket: WebSocket | undefined;

  constructor(readonly owner: WireOwner) {}

  connect(port: number, path: string): void {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    this.#socket = socket;
    socket.onopen = () => this.owner.opened();
    socket.onclose = () => this.owner.closed();
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      current.text = data;
      this.owner.frame(current);
    };
  }

  queue(text: Buffer): void {
    this.#socket?.send(text.toString("latin1"));
  }

  flush(): void {}
}
