import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { tone } from "../testing/files.ts";
import { Resampler } from "./resample.ts";

/** What comes of a tone that is given in pieces of so many samples. */
function resampled(input: Float32Array, rate: number, piece = 1_000) {
  const resampler = new Resampler(rate, 16_000);
  const output: number[] = [];
  for (let at = 0; at < input.length; at += piece) {
    output.push(...resampler.push(input.subarray(at, at + piece)));
  }
  return Float32Array.from([...output, ...resampler.end()]);
}
const loudness = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

for (const rate of [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]) {
  Deno.test(`speech keeps its pitch and loudness from ${rate} Hz to 16 kHz`, () => {
    const output = resampled(tone(1_000, 1, rate), rate);
    assertAlmostEquals(output.length, 16_000, 2);
    const expected = tone(1_000, 1, 16_000);
    const middle = [4_000, 12_000] as const; // the filter needs neighbours on both sides
    const difference = output.slice(...middle)
      .map((x, i) => x - expected[middle[0] + i]);
    assert(loudness(difference) < 0.01, `${loudness(difference)}`);
  });
}

Deno.test("what 16 kHz cannot carry does not come back as another tone", () => {
  const output = resampled(tone(12_000, 1, 48_000), 48_000);
  assert(loudness(output.slice(1_000, -1_000)) < 0.005);
});

Deno.test("in whatever pieces it comes, the output is the same", () => {
  for (const rate of [8_000, 11_025, 44_100, 96_000]) {
    const input = tone(700, 0.2, rate);
    const whole = resampled(input, rate, input.length);
    assertEquals(whole.length, Math.floor(input.length * 16_000 / rate));
    for (const piece of [1, 7, 441, 5_000]) {
      assertEquals(resampled(input, rate, piece), whole);
    }
  }
});
