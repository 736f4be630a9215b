import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy between the clients and the instances that can misbehave on demand. */
export interface Proxy {
  port: number;
  /** Ends a share of the connections, as a network that resets them. Returns how many. */
  cut(share: number): number;
  /** From now on, a share of the connections passes everything late; 0 ends it. */
  delay(share: number): number;
  /** A share of the connections passes nothing, and nobody is told; 0 ends it. */
  stall(share: number): number;
  stop(): void;
}

/** Milliseconds, at most, that a delayed piece waits. */
const DELAY = 400;

/**
 * Starts a proxy on a free port. Each connection goes to one of the ports, at random, as
 * with a balancer that does not know yet who is gone.
 */
export async function startProxy(
  ports: number[],
  random: () => number,
): Promise<Proxy> {
  const links = new Set<Link>();
  const server = createServer((client) => {
    const port = ports[Math.floor(random() * ports.length)];
    const link = new Link(client, connect(port ?? 0, "127.0.0.1"), random);
    links.add(link);
    link.onend = () => links.delete(link);
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const address = server.address();
  const some = (share: number) => [...links].filter(() => random() < share);
  return {
    port: typeof address === "object" ? address?.port ?? 0 : 0,
    cut(share) {
      const chosen = some(share);
      for (const link of chosen) link.end();
      return chosen.length;
    },
    delay(share) {
      for (const link of links) link.late = random() < share;
      return [...links].filter(({ late }) => late).length;
    },
    stall(share) {
      for (const link of links) link.stall(random() < share);
      return [...links].filter(({ stalled }) => stalled).length;
    },
    stop() {
      for (const link of [...links]) link.end();
      server.close();
    },
  };
}

/** Two sockets, and what passes between them. */
class Link {
  late = false;
  stalled = false;
  onend: () => void = () => {};
  readonly #sockets: [Socket, Socket];

  constructor(client: Socket, instance: Socket, readonly random: () => number) {
    this.#sockets = [client, instance];
    this.#pipe(client, instance);
    this.#pipe(instance, client);
  }

  #pipe(from: Socket, to: Socket): void {
    // Pieces wait for the one before them, so that a late one keeps its place.
    let last = Promise.resolve();
    let full = false;
    from.setNoDelay(true);
    from.on("data", (piece) => {
      const wait = this.late ? this.random() * DELAY : 0;
      last = last.then(async () => {
        if (wait > 0) await Bun.sleep(wait);
        if (to.destroyed || to.write(piece)) return;
        full = true;
        from.pause();
      });
    });
    to.on("drain", () => {
      if (full && !this.stalled) from.resume();
      full = false;
    });
    from.on("error", () => this.end());
    from.on("close", () => void last.then(() => this.end()));
  }

  stall(on: boolean): void {
    if (on === this.stalled) return;
    this.stalled = on;
    for (const socket of this.#sockets) {
      if (on) socket.pause();
      else socket.resume();
    }
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.onend();
  }
}
