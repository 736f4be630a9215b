import { assertEquals, assertRejects } from "@std/assert";
import { Lines } from "./lines.ts";

const full = () => new Error("full");
const soon = () => new Promise((done) => setTimeout(done));

Deno.test("those of one key wait for each other, in their order, and nobody else for them", async () => {
  const lines = new Lines({ inside: 2, waiting: 2 });
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const enter = (key: string, who: string) =>
    lines.inLine(key, () => {
      inside.push(who);
      return new Promise<void>((done) => leave.set(who, done));
    }, full);
  const all = ["a1", "a2", "a3", "a4"].map((who) => enter("a", who));
  await soon();
  assertEquals(inside, ["a1", "a2"]);
  await assertRejects(() => enter("a", "a5"), Error, "full");
  all.push(enter("b", "b1"));
  await soon();
  assertEquals(inside, ["a1", "a2", "b1"]);
  leave.get("a2")!();
  await soon();
  assertEquals(inside, ["a1", "a2", "b1", "a3"]);
  for (const who of ["a1", "a3", "b1"]) leave.get(who)!();
  await soon();
  leave.get("a4")!();
  await Promise.all(all);
  assertEquals(inside.at(-1), "a4");
});

Deno.test("work that fails gives its place on", async () => {
  const lines = new Lines({ inside: 1, waiting: 1 });
  const fails = lines.inLine("a", () => Promise.reject(new Error("no")), full);
  const next = lines.inLine("a", () => Promise.resolve("yes"), full);
  await assertRejects(() => fails, Error, "no");
  assertEquals(await next, "yes");
});
