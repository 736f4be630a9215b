import { assertEquals, assertMatch } from "@std/assert";
import { keepRunning, pauseAfter } from "./keep-running.ts";
import { run, type Running } from "./processes.ts";
import type { Service } from "./services.ts";

const service: Service = {
  name: "transcriber",
  command: Deno.execPath(),
  args: ["eval", "console.log('up'); setInterval(() => {}, 1000)"],
  env: {},
  health: "",
};

/** A service that says `up` when it runs, kept running, and what is told of it. */
function kept() {
  const told: string[] = [];
  const starts: Running[] = [];
  let ups = 0;
  let wake = () => {};
  const start = () => {
    const started = run(service, () => {
      ups += 1;
      wake();
    });
    starts.push(started);
    return started;
  };
  const keeper = keepRunning(start(), {
    start,
    tell: (sentence) => told.push(sentence),
    pause: () => 1,
  });
  return {
    ...{ told, starts, keeper },
    async up(count: number) {
      while (ups < count) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
  };
}

Deno.test("a service that is killed starts again, and its name and the reason are told", async () => {
  const { told, starts, keeper, up } = kept();
  await up(1);
  await starts[0].stop("SIGKILL");
  await up(2);
  assertEquals(told.length, 1);
  assertMatch(told[0], /^transcriber was ended by SIGKILL\. It starts again/);
  await starts[1].stop("SIGKILL");
  await up(3);
  await keeper.stop();
  assertEquals(starts.length, 3);
});

Deno.test("a service that is stopped stays stopped", async () => {
  const { told, starts, keeper, up } = kept();
  await up(1);
  await keeper.stop();
  assertEquals([told, starts.length], [[], 1]);
});

Deno.test("each start that does not last is waited for longer, up to half a minute", () => {
  assertEquals([1, 2, 3, 4, 5, 6, 40].map(pauseAfter), [
    ...[1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
  ]);
});
