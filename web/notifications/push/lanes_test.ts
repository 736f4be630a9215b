import { assertEquals, assertRejects } from "@std/assert";
import { LaneClosed, Lanes, TURN_MS } from "./lanes.ts";

const never = () => Promise.reject(new Error("no answer"));
const answers = () => Promise.resolve("answered");

Deno.test("a host that answers nothing is left alone for a while, and no other is", async () => {
  const realNow = performance.now;
  let ahead = 0;
  performance.now = () => realNow.call(performance) + ahead;
  try {
    const lanes = new Lanes();
    for (let i = 0; i < 3; i++) {
      await assertRejects(() => lanes.run("tarpit", never), Error, "no answer");
    }
    await assertRejects(() => lanes.run("tarpit", answers), LaneClosed);
    assertEquals(await lanes.run("fine", answers), "answered");
    ahead = 20_000;
    // One tries, and fails: it is left alone again.
    await assertRejects(() => lanes.run("tarpit", never), Error, "no answer");
    await assertRejects(() => lanes.run("tarpit", answers), LaneClosed);
    ahead = 40_000;
    assertEquals(await lanes.run("tarpit", answers), "answered");
    assertEquals(await lanes.run("tarpit", answers), "answered");
  } finally {
    performance.now = realNow;
  }
});

Deno.test("so many go to one host at a time, in the order they came in", async () => {
  const lanes = new Lanes();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let running = 0, most = 0;
  const order: number[] = [];
  const all = Array.from(
    { length: 100 },
    (_, i) =>
      lanes.run("busy", async () => {
        most = Math.max(most, running += 1);
        order.push(i);
        await gate;
        running -= 1;
      }),
  );
  await new Promise((done) => setTimeout(done));
  assertEquals([most, order.length], [32, 32]);
  assertEquals(await lanes.run("other", answers), "answered");
  open();
  await Promise.all(all);
  assertEquals([most, running], [32, 0]);
  assertEquals(order, Array.from({ length: 100 }, (_, i) => i));
});

Deno.test("whoever waited too long for a place is not sent: by then another may have the notice", async () => {
  const realNow = performance.now;
  let ahead = 0;
  performance.now = () => realNow.call(performance) + ahead;
  try {
    const lanes = new Lanes();
    const { promise: gate, resolve: open } = Promise.withResolvers<string>();
    let asked = 0;
    const ask = () => {
      asked += 1;
      return gate;
    };
    const first = Array.from({ length: 32 }, () => lanes.run("slow", ask));
    const late = Array.from({ length: 3 }, () => lanes.run("slow", ask));
    const refused = late.map((it) => assertRejects(() => it, LaneClosed));
    ahead = TURN_MS + 1;
    const last = lanes.run("slow", ask);
    open("answered");
    await Promise.all([...first, ...refused, last]);
    // They gave their places on, and nothing is held against the host.
    assertEquals([asked, await lanes.run("slow", answers)], [33, "answered"]);
  } finally {
    performance.now = realNow;
  }
});
