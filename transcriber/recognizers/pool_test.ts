import { assertEquals, assertRejects } from "@std/assert";
import { Pool, type PoolOptions } from "./pool.ts";

const never = new AbortController().signal;

function makePool(options: Partial<PoolOptions<number>> = {}) {
  const made: number[] = [];
  const destroyed: number[] = [];
  const pool = new Pool<number>({
    create: () => Promise.resolve(made.push(made.length)),
    destroy: (item) => destroyed.push(item),
    size: 1,
    maxWaiting: 1,
    maxWaitMs: 60_000,
    idleMs: 60_000,
    busy: () => new RangeError("busy"),
    ...options,
  });
  return { pool, made, destroyed };
}

Deno.test("a pool makes an item when it is needed and uses it again", async () => {
  const { pool, made, destroyed } = makePool();
  assertEquals(made.length, 0);
  (await pool.acquire(never)).release();
  const lease = await pool.acquire(never);
  assertEquals(made.length, 1);
  lease.release();
  pool.close();
  assertEquals(destroyed, [1]);
});

Deno.test("a pool lends to those who wait in their order", async () => {
  const { pool } = makePool({ maxWaiting: 2 });
  const first = await pool.acquire(never);
  const order: string[] = [];
  const second = pool.acquire(never).then((lease) => {
    order.push("second");
    lease.release();
  });
  const third = pool.acquire(never).then((lease) => {
    order.push("third");
    lease.release();
  });
  first.release();
  await Promise.all([second, third]);
  assertEquals(order, ["second", "third"]);
  pool.close();
});

Deno.test("a pool turns away who does not fit in its queue, or waits too long", async () => {
  const { pool } = makePool({ maxWaitMs: 5 });
  const lease = await pool.acquire(never);
  const waiting = pool.acquire(never);
  await assertRejects(() => pool.acquire(never), RangeError, "busy");
  await assertRejects(() => waiting, RangeError, "busy");
  lease.release();
  (await pool.acquire(never)).release();
  pool.close();
});

Deno.test("who gives up waiting leaves the queue", async () => {
  const { pool } = makePool();
  const lease = await pool.acquire(never);
  const gone = new AbortController();
  const waiting = pool.acquire(gone.signal);
  gone.abort();
  await assertRejects(() => waiting, DOMException);
  const next = pool.acquire(never);
  lease.release();
  (await next).release();
  pool.close();
});

Deno.test("a broken item is thrown away, and a failure to make one frees its place", async () => {
  let fail = false;
  const { pool, destroyed } = makePool({
    create: () => fail ? Promise.reject(new Error("no")) : Promise.resolve(7),
  });
  (await pool.acquire(never)).release(true);
  assertEquals(destroyed, [7]);
  fail = true;
  await assertRejects(() => pool.acquire(never), Error, "no");
  fail = false;
  const lease = await pool.acquire(never);
  lease.release();
  lease.release(); // the second is ignored: it would free a place twice
  const again = await pool.acquire(never);
  const waiting = pool.acquire(never);
  again.release();
  (await waiting).release();
  pool.close();
});

Deno.test("items nobody uses are destroyed, and those lent when the pool closes come after", async () => {
  const dropped = Promise.withResolvers<void>();
  const { pool, destroyed } = makePool({
    idleMs: 1,
    destroy: () => dropped.resolve(),
  });
  const awake = setInterval(() => {}, 1_000); // the pool's own timer lets a process end
  (await pool.acquire(never)).release();
  await dropped.promise;
  clearInterval(awake);
  const other = makePool();
  const lease = await other.pool.acquire(never);
  other.pool.close();
  assertEquals(other.destroyed, []);
  lease.release();
  assertEquals(other.destroyed, [1]);
  assertEquals(destroyed, []);
  pool.close();
});
