import { assert, assertEquals } from "@std/assert";
import { AppError } from "../errors.ts";
import { endHashing, hashOf, WAITING } from "./hashing.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";

/** Runs with a record of the threads: the most questions one had, and the most that were open. */
async function watchingThreads(
  run: (seen: { threads: number; most: number; open: number }) => Promise<void>,
) {
  endHashing();
  const { Worker } = globalThis;
  const seen = { threads: 0, most: 0, open: 0 };
  let now = 0;
  globalThis.Worker = class extends Worker {
    #asked = 0;
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      seen.threads += 1;
      this.addEventListener("message", () => now -= 1);
    }
    override postMessage(question: unknown) {
      seen.most = Math.max(seen.most, ++this.#asked);
      seen.open = Math.max(seen.open, ++now);
      super.postMessage(question);
    }
  };
  try {
    await run(seen);
  } finally {
    globalThis.Worker = Worker;
    endHashing();
  }
}

/** As cheap as argon2id can be. */
const cheap = {
  ...{ password: "x", salt: new Uint8Array(16), memorySize: 8 },
  ...{ iterations: 1, parallelism: 1, hashLength: 32 },
};

Deno.test("however many sign in at once, the memory of a few passwords is all that is taken", () =>
  watchingThreads(async (seen) => {
    const hash = await hashPassword("difference engine");
    const all = Array.from(
      { length: 12 },
      (_, n) => verifyPassword(n % 2 ? "difference engine" : "another", hash),
    );
    assertEquals(await Promise.all(all), all.map((_, n) => n % 2 === 1));
    // One at a time, and what a thread leaves lying goes with it.
    assertEquals(seen, { threads: 3, most: 6, open: 1 });
  }));

Deno.test("whoever comes when too many wait is told to come back, and the others are served", () =>
  watchingThreads(async () => {
    const asked = Array.from({ length: WAITING + 3 }, () => hashOf(cheap));
    const done = await Promise.allSettled(asked);
    const refused = done.filter(({ status }) => status === "rejected");
    assertEquals(refused.length, 2);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      assert(reason instanceof AppError);
      assertEquals([reason.code, reason.status], ["busy", 503]);
    }
  }));

Deno.test("a hash that cannot be made is an error, and the next one is made", () =>
  watchingThreads(async () => {
    const [bad, good] = await Promise.allSettled([
      hashOf({ ...cheap, memorySize: 1 }),
      hashOf(cheap),
    ]);
    assertEquals([bad.status, good.status], ["rejected", "fulfilled"]);
  }));

Deno.test("on a host without threads people sign in all the same", async () => {
  endHashing();
  const { Worker } = globalThis;
  const others: unknown[] = [
    undefined,
    class {
      constructor() {
        throw new TypeError("Not here.");
      }
    },
    // One that loads nothing.
    class extends Worker {
      constructor() {
        super(new URL("./there-is-none.ts", import.meta.url), {
          type: "module",
        });
      }
    },
  ];
  try {
    for (const other of others) {
      globalThis.Worker = other as typeof Worker;
      const hash = await hashPassword("difference engine");
      assert(await verifyPassword("difference engine", hash));
      assertEquals(await verifyPassword("another", hash), false);
    }
  } finally {
    globalThis.Worker = Worker;
    endHashing();
  }
});
