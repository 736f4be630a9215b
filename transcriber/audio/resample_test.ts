import { assert, assertAlmostEquals, assertRejects } from "@std/assert";
import { tone } from "../testing/files.ts";
import { resample } from "./resample.ts";

const never = new AbortController().signal;
const loudness = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

for (const rate of [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]) {
  Deno.test(`speech keeps its pitch and loudness from ${rate} Hz to 16 kHz`, async () => {
    const output = await resample(tone(1_000, 1, rate), rate, 16_000, never);
    assertAlmostEquals(output.length, 16_000, 2);
    const expected = tone(1_000, 1, 16_000);
    const middle = [4_000, 12_000] as const; // the filter needs neighbours on both sides
    const difference = output.slice(...middle)
      .map((x, i) => x - expected[middle[0] + i]);
    assert(loudness(difference) < 0.01, `${loudness(difference)}`);
  });
}

Deno.test("what 16 kHz cannot carry does not come back as another tone", async () => {
  const output = await resample(tone(12_000, 1, 48_000), 48_000, 16_000, never);
  assert(loudness(output.slice(1_000, -1_000)) < 0.005);
});

Deno.test("resampling stops when nobody waits for it", async () => {
  const gone = new AbortController();
  gone.abort();
  await assertRejects(
    () => resample(tone(440, 1, 48_000), 48_000, 16_000, gone.signal),
    DOMException,
  );
});
