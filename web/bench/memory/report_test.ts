import { assertEquals, assertMatch } from "@std/assert";
import { grown, kindsIn } from "./constructors.ts";
import { hourly, lastLine, lowest, type Sample, slope } from "./report.ts";

/** One sample each minute of an hour, in which web takes as many MB as `of` says. */
const hour = (of: (minute: number) => number): Sample[] =>
  Array.from({ length: 61 }, (_, minutes) => ({
    minutes,
    rss: of(minutes) * 1e6,
    used: of(minutes) * 1e6,
    ...{ anonymous: 0, realtime: 0, total: 0, external: 0, buffers: 0 },
  }));

Deno.test("a slope is that of the line which is nearest to all points", () => {
  assertEquals(slope([[0, 1], [1, 3], [2, 5]]), 2);
  assertEquals(slope([[0, 1], [1, -1], [2, 1]]), 0);
});

Deno.test("what web takes while it warms up counts for nothing, what it takes later does", () => {
  const warming = hour((minute) => Math.min(minute * 20, 300));
  assertEquals(hourly(warming, "rss"), 0);
  assertEquals(
    lastLine(warming),
    "memory: 300 MB after 15 min, 300 MB at the end, 0 MB an hour",
  );
  assertMatch(
    lastLine(hour((minute) => 100 + minute)),
    /^memory: 115 MB after 15 min, 158 MB at the end, 60 MB an hour$/,
  );
});

Deno.test("the lowest heap of each part is told, however high it was in between", () => {
  const sawtooth = hour((minute) => 50 + 100 * (minute % 5));
  assertEquals(lowest(sawtooth, 6).map(({ used }) => used / 1e6), [
    ...[50, 50, 50, 50, 50, 50],
  ]);
});

/** A snapshot of V8's heap with strings and objects of these sizes. */
const snapshot = (strings: number[], maps: number[]): string =>
  JSON.stringify({
    snapshot: {
      meta: {
        node_fields: ["type", "name", "id", "self_size"],
        node_types: [["string", "object"]],
      },
    },
    nodes: [
      ...strings.flatMap((size, id) => [0, 0, id, size]),
      ...maps.flatMap((size, id) => [1, 1, id, size]),
    ],
    strings: ["whatever it says", "Map"],
  });

Deno.test("of what grew it is told how many there are more, and what they take", () => {
  const before = kindsIn(snapshot([10, 20], [100]));
  const now = kindsIn(snapshot([10], [100, 100, 50]));
  assertEquals(grown(before, now), [["object Map", { count: 2, bytes: 150 }]]);
  assertEquals(grown(now, now), []);
});
