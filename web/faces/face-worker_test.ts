import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { FaceError } from "./face-error.ts";
import { FaceWorker, type FaceWorkerOptions } from "./face-worker.ts";

/** A stand-in for worker.ts that does with a photo's first byte what it says. */
const SCRIPT = new URL("./test-worker.ts", import.meta.url);
const ANSWER = 1;
const REFUSE = 2;
const FAIL = 3;
const CRASH = 4;
const HANG = 5;
const FLAWED = 6;

async function withWorker(
  options: Partial<FaceWorkerOptions>,
  run: (
    describe: (what: number) => Promise<number>,
    worker: FaceWorker,
  ) => Promise<void>,
) {
  const worker = new FaceWorker({ script: SCRIPT, ...options });
  const describe = async (what: number) => {
    const jpeg = new Uint8Array([what]);
    return (await worker.describe({ jpeg, purpose: "verify" })).yaw;
  };
  try {
    await run(describe, worker);
  } finally {
    worker.close();
  }
}

async function assertFails(call: Promise<unknown>, code: string) {
  const error = await assertRejects(() => call, AppError);
  assertEquals([error.code, error.status], [code, 503]);
}

Deno.test("the worker starts on first use and answers in order", () =>
  withWorker({}, async (describe, worker) => {
    assertEquals(worker.running, false);
    const calls = [ANSWER, ANSWER, ANSWER].map(describe);
    assertEquals(worker.running, true);
    // The stand-in answers with the number of photos it has seen.
    assertEquals(await Promise.all(calls), [1, 2, 3]);
  }));

Deno.test("a refusal arrives as the FaceError it was", () =>
  withWorker({}, async (describe) => {
    const error = await assertRejects(() => describe(REFUSE), FaceError);
    assertEquals([error.code, error.status], ["face-none", 422]);
  }));

Deno.test("when the worker fails or crashes only the photo in work is lost", () =>
  withWorker({}, async (describe) => {
    for (const disaster of [FAIL, CRASH]) {
      assertEquals(await describe(ANSWER), 1);
      const lost = describe(disaster);
      const next = describe(ANSWER);
      await assertFails(lost, "faces-unavailable");
      assertEquals(await next, 1, "a new worker counts from one");
      const last = describe(FAIL);
      await assertFails(last, "faces-unavailable");
    }
  }));

Deno.test("a photo that takes too long is given up on, and the next one is not", () =>
  withWorker({ timeout: 5000 }, async (describe) => {
    const hung = describe(HANG);
    const next = describe(ANSWER);
    await assertFails(hung, "faces-unavailable");
    assertEquals(await next, 1);
  }));

Deno.test("a full queue answers busy at once", () =>
  withWorker({ queue: 2 }, async (describe, worker) => {
    const calls = [HANG, ANSWER, ANSWER].map(describe);
    await assertFails(describe(ANSWER), "busy");
    worker.close();
    for (const call of calls) await assertFails(call, "faces-unavailable");
  }));

Deno.test("an idle worker is ended, and a new one starts when needed", () =>
  withWorker({ idle: 1 }, async (describe, worker) => {
    assertEquals(await describe(ANSWER), 1);
    while (worker.running) await new Promise((done) => setTimeout(done, 5));
    assertEquals(await describe(ANSWER), 1);
  }));

Deno.test("a frame is looked at only while nothing else is, and a failure ends that for a while", () =>
  withWorker({}, async (describe, worker) => {
    const frame = (what: number) => worker.flawOf(new Uint8Array([what]));
    assertEquals(await frame(FLAWED), "face-small");
    const photo = describe(ANSWER);
    assertEquals(await frame(FLAWED), undefined, "photos come first");
    assertEquals(await photo, 2);
    const frames = [frame(FLAWED), frame(FLAWED)];
    assertEquals(await Promise.all(frames), ["face-small", undefined]);
    await assertRejects(() => frame(REFUSE), FaceError);
    assertEquals(await frame(FAIL), undefined);
    assertEquals(await frame(FLAWED), undefined, "it has just failed");
    assertEquals(await describe(ANSWER), 1, "photos are looked at as before");
    worker.close();
    assertEquals(await frame(FLAWED), undefined);
  }));

Deno.test("closing fails what waits and what comes", () =>
  withWorker({}, async (describe, worker) => {
    const waiting = describe(HANG);
    worker.close();
    await assertFails(waiting, "faces-unavailable");
    await assertFails(describe(ANSWER), "faces-unavailable");
    assert(!worker.running);
  }));

Deno.test("twenty-four photos at once all have their turn, unless they are too many bytes", async () => {
  await withWorker({}, async (describe, worker) => {
    const calls = Array.from({ length: 24 }, () => describe(ANSWER));
    assertEquals(worker.waiting, 23);
    assertEquals((await Promise.all(calls)).at(-1), 24);
    assertEquals(worker.waiting, 0);
  });
  await withWorker({ queueBytes: 2 }, async (describe) => {
    const [first, second, third, fourth] = [ANSWER, ANSWER, ANSWER, ANSWER]
      .map(describe);
    await assertFails(fourth, "busy");
    assertEquals(await Promise.all([first, second, third]), [1, 2, 3]);
  });
});
