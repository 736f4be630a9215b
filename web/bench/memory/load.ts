/** The load: many kinds of things at once, each so often in a second. */

/** What is done, how often a second. Throws when it was not done. */
export interface Kind {
  name: string;
  rate: number;
  run(): Promise<unknown>;
}

/** How often each kind was done, and refused. */
export interface Done {
  done: number;
  failed: number;
  /** Why, of the last one. */
  why?: string;
}

/** Milliseconds between two looks at what is due. */
const TICK = 50;
/** What may be under way of one kind: when the server is slow, less is asked. */
const AT_ONCE = 40;

/** Does all kinds, each at so many times its rate, until `end` is called. */
export function startLoad(kinds: Kind[], times: number) {
  const counts = new Map<string, Done>();
  const underWay = new Set<Promise<void>>();
  const each = kinds.map((kind) => {
    const count: Done = { done: 0, failed: 0 };
    counts.set(kind.name, count);
    return { kind, count, due: Math.random(), open: 0 };
  });
  let last = performance.now();
  const timer = setInterval(() => {
    const seconds = (performance.now() - last) / 1_000;
    last = performance.now();
    for (const it of each) {
      it.due = Math.min(it.due + seconds * times * it.kind.rate, AT_ONCE);
      for (; it.due >= 1 && it.open < AT_ONCE; it.due -= 1) {
        it.open += 1;
        const one: Promise<void> = it.kind.run().then(
          () => void (it.count.done += 1),
          (error: Error) => {
            it.count.failed += 1;
            it.count.why = error.message;
          },
        ).finally(() => {
          it.open -= 1;
          underWay.delete(one);
        });
        underWay.add(one);
      }
    }
  }, TICK);
  return {
    counts,
    async end() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}
