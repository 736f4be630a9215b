/** Zero crossings of the filter each side: enough that aliasing stays under speech. */
const ZERO_CROSSINGS = 16;

/** Output samples made before the event loop gets a turn. */
const SLICE = 100_000;

/**
 * Converts mono audio from one rate to another with a polyphase windowed-sinc filter (Hann),
 * which also removes what the lower rate cannot carry.
 */
export async function resample(
  input: Float32Array,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Float32Array> {
  if (from === to) return input;
  const divisor = greatestCommonDivisor(from, to);
  const up = to / divisor, down = from / divisor;
  const { filters, half } = makeFilters(up, down);
  const output = new Float32Array(Math.floor(input.length * up / down));
  for (let at = 0; at < output.length; at += SLICE) {
    if (at > 0) await nextTurn();
    signal.throwIfAborted();
    const end = Math.min(at + SLICE, output.length);
    for (let i = at; i < end; i++) {
      const first = Math.floor(i * down / up) - half;
      output[i] = convolve(input, first, filters[i * down % up]);
    }
  }
  return output;
}

function convolve(input: Float32Array, first: number, filter: Float32Array) {
  const from = Math.max(0, -first);
  const to = Math.min(filter.length, input.length - first);
  let sum = 0;
  for (let tap = from; tap < to; tap++) sum += input[first + tap] * filter[tap];
  return sum;
}

/** One filter for each position an output sample can have between two input samples. */
function makeFilters(up: number, down: number) {
  const cutoff = Math.min(1, up / down) * 0.95;
  const half = Math.ceil(ZERO_CROSSINGS / cutoff);
  const filters = Array.from({ length: up }, (_, phase) => {
    const filter = new Float32Array(2 * half + 1);
    for (let tap = 0; tap < filter.length; tap++) {
      filter[tap] = windowedSinc(tap - half - phase / up, cutoff, half);
    }
    return filter;
  });
  return { filters, half };
}

function windowedSinc(time: number, cutoff: number, half: number): number {
  if (Math.abs(time) > half) return 0;
  const angle = Math.PI * time * cutoff;
  const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
  return cutoff * sinc * (0.5 + 0.5 * Math.cos(Math.PI * time / half));
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve));
