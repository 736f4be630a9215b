import { expect, test } from "bun:test";
import { linesTogether } from "./log-together.ts";

test("lines are written in their order: soon, at once where it is asked for, and many at once", async () => {
  const written: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const lines = linesTogether((text) => {
    written.push(text);
    if (text === "c") resolve();
  });
  lines.soon("a");
  lines.soon("b");
  expect(written).toEqual([]);
  lines.now();
  lines.now();
  expect(written).toEqual(["a\nb"]);
  lines.soon("c");
  await promise;
  expect(written).toEqual(["a\nb", "c"]);
  for (let i = 0; i < 200; i++) lines.soon(`${i}`);
  expect(written[2]?.split("\n")).toHaveLength(200);
});
