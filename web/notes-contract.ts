import { assert, assertEquals } from "@std/assert";

/** One queue on the table. */
export interface QueueOnTest {
  kv: Deno.Kv;
  /** Puts something in, also when it is in it already. */
  put(name: string): Promise<void>;
  /** Does what is due, as a round does; may throw where whoever takes it is away. */
  round(): Promise<unknown>;
  /** Makes everything due that waits for another try. */
  later(): Promise<void>;
  /** What was taken, in order. */
  taken: string[];
  /** Whoever takes it does this first, and this afterwards, before the answer. */
  taking: {
    first?: (name: string) => Promise<void>;
    then?: (name: string) => Promise<void>;
  };
  /** Where its notes are. */
  prefixes: string[];
}

type Opening = (test: (queue: QueueOnTest) => Promise<void>) => Promise<void>;

/**
 * What every queue of web promises: see notes.ts.
 *
 * @param isOnce what is in it cannot be put in a second time.
 */
export function keepsNotes(name: string, open: Opening, isOnce = false): void {
  const notes = async ({ kv, prefixes }: QueueOnTest) => {
    const found = prefixes.map((it) =>
      Array.fromAsync(kv.list({ prefix: [it] }))
    );
    return (await Promise.all(found)).flat().length;
  };
  const tried = ({ round }: QueueOnTest) => round().catch(() => {});
  const check = (
    promise: string,
    test: (queue: QueueOnTest) => Promise<void>,
  ) => Deno.test(`${name}: ${promise}`, () => open(test));

  check(
    "what is put in is taken, however many processes see to it, and no note of it stays",
    async (queue) => {
      for (const it of ["a", "b", "c"]) await queue.put(it);
      assert(await notes(queue) >= 3);
      await Promise.all(Array.from({ length: 4 }, () => tried(queue)));
      assertEquals([...new Set(queue.taken)].sort(), ["a", "b", "c"]);
      assertEquals(await notes(queue), 0);
      const { length } = queue.taken;
      await queue.round();
      assertEquals(queue.taken.length, length);
    },
  );

  check("while whoever takes it is away nothing is lost", async (queue) => {
    queue.taking.first = () => Promise.reject(new Error("away"));
    for (const it of ["a", "b"]) await queue.put(it);
    await tried(queue);
    await tried(queue);
    assertEquals(queue.taken, []);
    assert(await notes(queue) >= 2);
    queue.taking.first = undefined;
    await queue.later();
    await tried(queue);
    assertEquals([...new Set(queue.taken)].sort(), ["a", "b"]);
    assertEquals(await notes(queue), 0);
  });

  check("whose answer is lost is told again", async (queue) => {
    queue.taking.then = () => Promise.reject(new Error("connection reset"));
    await queue.put("a");
    await tried(queue);
    assertEquals(queue.taken, ["a"]);
    assert(await notes(queue) > 0);
    queue.taking.then = undefined;
    await queue.later();
    await tried(queue);
    assertEquals([...new Set(queue.taken)], ["a"]);
    assert(queue.taken.length > 1);
    assertEquals(await notes(queue), 0);
  });

  if (isOnce) return;
  check(
    "what is put in anew while it is taken is taken again",
    async (queue) => {
      await queue.put("a");
      queue.taking.then = async (it) => {
        queue.taking.then = undefined;
        await queue.put(it);
      };
      await tried(queue);
      await queue.later();
      await tried(queue);
      assert(queue.taken.length > 1, "what was new is forgotten");
      assertEquals(await notes(queue), 0);
    },
  );
}
