import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../../errors.ts";
import { png } from "../../http/testing/files.ts";
import { endPictures, remakePicture } from "./worker-pool.ts";

const type = "image/png";

/** Runs with a count of the threads that were begun. */
async function countingThreads(run: (begun: () => number) => Promise<void>) {
  const { Worker } = globalThis;
  let count = 0;
  globalThis.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      count += 1;
    }
  };
  try {
    await run(() => count);
  } finally {
    globalThis.Worker = Worker;
    endPictures();
  }
}

Deno.test("the memory of a large picture goes with it, and that of small ones stays for the next", () =>
  countingThreads(async (begun) => {
    const small = { type, bytes: await png(60, 40) };
    const large = { type, bytes: await png(2_100, 2_000) };
    await remakePicture("ada", small);
    await remakePicture("ada", small);
    await remakePicture("ada", large);
    assertEquals(begun(), 1);
    const { width } = await remakePicture("ada", { ...large, portrait: true });
    assertEquals([begun(), width], [2, 250]);
    await remakePicture("ada", small);
    assertEquals(begun(), 3);
  }));

Deno.test("pictures of one person wait for each other, and nobody for all of them", () =>
  countingThreads(async () => {
    const bytes = await png(60, 40);
    const order: string[] = [];
    const send = async (owner: string, portrait = false) => {
      await remakePicture(owner, { type, bytes, portrait });
      order.push(owner);
    };
    const all = [
      ...[send("ada"), send("ada", true), send("ada"), send("bob")],
      ...[send("ada", true), send("ada")],
    ];
    const error = await assertRejects(() => send("ada"), AppError);
    assertEquals(error.code, "too-many-uploads");
    await Promise.all(all);
    assertEquals(order, ["ada", "bob", "ada", "ada", "ada", "ada"]);
  }));

Deno.test("a picture that takes too long is refused for good, and the next one is not", () =>
  countingThreads(async () => {
    const small = { type, bytes: await png(60, 40) };
    const send = () => remakePicture("ada", small, 0);
    const error = await assertRejects(send, AppError);
    assertEquals([error.code, error.status], ["picture-too-slow", 422]);
    assertEquals((await remakePicture("ada", small)).width, 60);
  }));
