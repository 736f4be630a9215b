import { assertEquals } from "@std/assert";
import { takes } from "./encodings.ts";

Deno.test("an answer is compressed only as whoever asks takes it", () => {
  const both = { br: true, gzip: true };
  const gzip = { br: false, gzip: true };
  const neither = { br: false, gzip: false };
  const told: [accepted: string | null, taken: typeof both][] = [
    [null, neither],
    ["", neither],
    ["gzip, deflate, br, zstd", both],
    ["GZIP,BR", both],
    ["gzip, deflate", gzip],
    ["gzip;q=0.001", gzip],
    ["br;q=0, gzip ; q=0.5", gzip],
    ["br;Q=0.000, gzip;q=1.000", gzip],
    ["gzip;q=1.0, deflate;q=0.6, identity;q=0.3", gzip],
    ["gzip, *;q=0", gzip],
    ["gzip;q=0, br;q=0.0, *", neither],
    ["identity, gzip;q=0.5", neither],
    ["identity;q=1, *;q=0", neither],
    ["gzip;q=0", neither],
    ["gzip;q=much", neither],
    ["*", neither],
    ["gzipped, brr, not-br", neither],
    ["deflate, zstd", neither],
  ];
  for (const [accepted, taken] of told) {
    const found = { br: takes(accepted, "br"), gzip: takes(accepted, "gzip") };
    assertEquals(found, taken, `${accepted}`);
  }
});
