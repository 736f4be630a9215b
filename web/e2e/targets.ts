/** What a browser of Chromium is told, and tells, over one socket. */

// deno-lint-ignore no-explicit-any
type Answer = any;

/** What speaks with one target (https://chromedevtools.github.io/devtools-protocol/). */
export interface Target {
  send(method: string, params?: object): Promise<Answer>;
  on(event: string, hear: (params: Answer) => void): void;
}

/** The targets of a browser, by their sessions; none: the browser itself. */
export interface Targets {
  target(sessionId?: string): Target;
  close(): Promise<void>;
}

/** Speaks with all targets of the browser at an address. */
export async function speakWith(address: string): Promise<Targets> {
  const socket = new WebSocket(address);
  const waits = new Map<
    number,
    PromiseWithResolvers<Answer> & { sessionId?: string }
  >();
  const hears = new Map<string, ((params: Answer) => void)[]>();
  const closed = Promise.withResolvers<void>();
  const letGo = (gone: string) => {
    for (const [id, { sessionId, reject }] of waits) {
      if (sessionId !== gone) continue;
      waits.delete(id);
      reject(new Error("gone"));
    }
  };
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, params, sessionId = "" } = JSON.parse(
      data,
    );
    const wait = waits.get(id);
    waits.delete(id);
    if (error) wait?.reject(new Error(error.message));
    else wait?.resolve(result);
    // A target that is gone answers nothing more, not even what it was asked before.
    if (method === "Target.detachedFromTarget") letGo(params.sessionId);
    const all = method && hears.get(`${sessionId} ${method}`) || [];
    for (const hear of all) hear(params);
  };
  socket.onclose = () => {
    for (const wait of waits.values()) wait.reject(new Error("closed"));
    closed.resolve();
  };
  await new Promise((done) => socket.onopen = done);
  let asked = 0;
  const target = (sessionId?: string): Target => ({
    send(method, params = {}) {
      const wait = Promise.withResolvers<Answer>();
      waits.set(++asked, { ...wait, sessionId });
      socket.send(JSON.stringify({ id: asked, method, params, sessionId }));
      return wait.promise;
    },
    on(event, hear) {
      const key = `${sessionId ?? ""} ${event}`;
      hears.set(key, [...hears.get(key) ?? [], hear]);
    },
  });
  const close = () => {
    socket.close();
    return closed.promise;
  };
  return { target, close };
}
