import { assertEquals } from "@std/assert";
import { sizeOf } from "./files.tsx";

Deno.test("the size of a file is told as it is, also of the smallest", () => {
  const told = [1, 100, 999, 1_000, 1_499, 999_499, 1_000_000, 2_560_000];
  assertEquals(told.map(sizeOf), [
    ...["1 B", "100 B", "999 B", "1 kB", "1 kB", "999 kB", "1 MB", "2.6 MB"],
  ]);
});

Deno.test("what is rounded up to a whole unit is told in it", () => {
  const told = [999_499, 999_500, 999_600, 999_999, 1_049_999, 1_050_000];
  assertEquals(told.map(sizeOf), [
    ...["999 kB", "1 MB", "1 MB", "1 MB", "1 MB", "1.1 MB"],
  ]);
});
