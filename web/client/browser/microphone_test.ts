import { assert, assertAlmostEquals, assertEquals } from "@std/assert";

interface Processor {
  process(inputs: Float32Array[][]): boolean;
}

let loads = 0;

/** Loads the worklet as a device of this rate would; its pieces come to `onPiece`. */
async function microphone(
  rate: number,
  onPiece: (piece: Int16Array) => void,
): Promise<Processor> {
  const scope: Record<string, unknown> = {
    sampleRate: rate,
    AudioWorkletProcessor: class {
      port = {
        postMessage: (data: ArrayBuffer, transfer: unknown[]) => {
          assertEquals(transfer, [data]);
          onPiece(new Int16Array(data));
        },
      };
    },
    registerProcessor: (_: string, made: new () => Processor) =>
      scope.made = made,
  };
  Object.assign(globalThis, scope);
  await import(`../../static/microphone.js?${loads++}`);
  return new (scope.made as new () => Processor)();
}

/** A tone as a device gives it, 128 samples at a time, and as the worklet hands it on. */
async function heard(rate: number, hertz: number, seconds: number) {
  const samples: number[] = [];
  const pieces = new Set<number>();
  const device = await microphone(rate, (piece) => {
    samples.push(...piece);
    pieces.add(piece.length);
  });
  for (let at = 0; at < rate * seconds; at += 128) {
    const block = Float32Array.from(
      { length: 128 },
      (_, i) => Math.sin(2 * Math.PI * hertz * (at + i) / rate) / 2,
    );
    assert(device.process([[block]]));
  }
  return { samples, pieces };
}

for (const rate of [8_000, 16_000, 44_100, 48_000, 96_000]) {
  Deno.test(`a device of ${rate} Hz gives the same tone at 16 kHz`, async () => {
    const { samples, pieces } = await heard(rate, 440, 1);
    assertEquals([...pieces], [800]);
    assert(samples.length >= 14_400 && samples.length <= 16_000);
    // The first sample is the silence before; one sample of the device may lie between.
    const start = 16_000 / rate;
    const wrong = samples.map((sample, at) =>
      sample / 32_767 -
      Math.sin(2 * Math.PI * 440 * Math.max(0, at - start) / 16_000) / 2
    );
    const worst = wrong.slice(10).reduce((m, w) => Math.max(m, Math.abs(w)), 0);
    assertAlmostEquals(worst, 0, 0.02);
  });
}

Deno.test("a microphone that is gone gives nothing, and what is too loud is cut off", async () => {
  const pieces: Int16Array[] = [];
  const device = await microphone(16_000, (piece) => pieces.push(piece));
  assert(device.process([[]]));
  assertEquals(pieces, []);
  device.process([[new Float32Array(1_700).fill(7)]]);
  assertEquals(pieces.map((piece) => piece.at(-1)), [32_767, 32_767]);
});
