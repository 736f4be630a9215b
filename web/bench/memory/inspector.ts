/** What V8 says of the memory of a Deno process, asked for over its inspector. */

/** Bytes, as V8 counts them at one moment. */
export interface Heap {
  used: number;
  total: number;
  /** What objects of the heap hold outside it, array buffers among it. */
  external: number;
  /** The array buffers alone. */
  buffers: number;
}

export interface Inspector extends AsyncDisposable {
  heap(): Promise<Heap>;
  /** Has V8 free all that nothing can reach. */
  collect(): Promise<void>;
  /** The heap as a snapshot, whose JSON comes in pieces. */
  snapshot(): Promise<string>;
}

interface Answer {
  id?: number;
  method?: string;
  params?: { chunk?: string };
  result?: unknown;
  error?: { message: string };
}

/** The socket of the process that was started with `--inspect=127.0.0.1:port`. */
async function addressOf(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [{ webSocketDebuggerUrl }] = await answer.json();
  return webSocketDebuggerUrl;
}

const MEMORY =
  "const { heapUsed, heapTotal, external } = Deno.memoryUsage(); JSON.stringify({ used: heapUsed, total: heapTotal, external })";

/** Opens the inspector at a port of this machine. */
export async function inspect(port: number): Promise<Inspector> {
  const socket = new WebSocket(await addressOf(port));
  const opened = Promise.withResolvers<void>();
  socket.onopen = () => opened.resolve();
  socket.onerror = () => opened.reject(new Error("No inspector answers."));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let pieces: string[] = [];
  socket.onmessage = ({ data }) => {
    const { id, method, params, result, error }: Answer = JSON.parse(data);
    if (method === "HeapProfiler.addHeapSnapshotChunk") {
      pieces.push(params?.chunk ?? "");
    }
    if (id === undefined) return;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  };
  socket.onclose = () => {
    for (const { reject } of waiting.values()) {
      reject(new Error("The inspector closed."));
    }
  };
  await opened.promise;
  let count = 0;
  const ask = <T>(method: string, params = {}): Promise<T> => {
    const id = ++count;
    const asked = Promise.withResolvers<unknown>();
    waiting.set(id, asked);
    socket.send(JSON.stringify({ id, method, params }));
    return asked.promise as Promise<T>;
  };
  return {
    async heap() {
      const { result } = await ask<{ result: { value: string } }>(
        "Runtime.evaluate",
        {
          expression: `(() => { ${MEMORY.replace("JSON", "return JSON")} })()`,
        },
      );
      const { backingStorageSize } = await ask<{ backingStorageSize?: number }>(
        "Runtime.getHeapUsage",
      );
      return { ...JSON.parse(result.value), buffers: backingStorageSize ?? 0 };
    },
    collect: () => ask("HeapProfiler.collectGarbage"),
    async snapshot() {
      pieces = [];
      await ask("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
      const whole = pieces.join("");
      pieces = [];
      return whole;
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      socket.onclose = () => closed.resolve();
      socket.close();
      await closed.promise;
    },
  };
}
