import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { inTurn } from "./in-turn.ts";

const refused = (status: number) =>
  new AppError({ code: "no", status, message: "No." });

/** Three pieces of work under one key, of which the first ends as the test says. */
function three() {
  const turn = inTurn();
  const done: number[] = [];
  const first = Promise.withResolvers<void>();
  const works = [1, 2, 3].map((n) =>
    turn("ada", async () => {
      if (n === 1) await first.promise;
      done.push(n);
    })
  );
  return { turn, done, first, works };
}

Deno.test("what comes while one is under way is done after it, in order; other keys do not wait", async () => {
  const { turn, done, first, works } = three();
  await turn("grace", () => Promise.resolve(done.push(0)));
  first.resolve();
  await Promise.all(works);
  assertEquals(done, [0, 1, 2, 3]);
});

Deno.test("what is refused for now holds back what waited behind it, and nothing later", async () => {
  for (const status of [429, 503]) {
    const { turn, done, first, works } = three();
    first.reject(refused(status));
    for (const work of works) await assertRejects(() => work, AppError);
    assertEquals(done, []);
    await turn("ada", () => Promise.resolve(done.push(4)));
    assertEquals(done, [4]);
  }
});

Deno.test("what is refused for good holds up nothing", async () => {
  const { done, first, works } = three();
  first.reject(refused(422));
  await assertRejects(() => works[0], AppError);
  await Promise.all(works.slice(1));
  assertEquals(done, [2, 3]);
});
