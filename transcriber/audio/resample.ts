/** Zero crossings of the filter each side: enough that aliasing stays under speech. */
const ZERO_CROSSINGS = 16;

/**
 * Converts mono audio from one rate to another, as it comes, with a polyphase windowed-sinc filter
 * (Hann), which also removes what the lower rate cannot carry. It holds no more of the input than the
 * filter is long.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #filters: Float32Array[];
  readonly #half: number;
  /** Input that is still needed, and where it begins. */
  #held = new Float32Array();
  #heldAt = 0;
  #made = 0;

  /** @param from @param to hertz */
  constructor(from: number, to: number) {
    const divisor = greatestCommonDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    const { filters, half } = makeFilters(this.#up, this.#down);
    this.#filters = filters;
    this.#half = half;
  }

  /** Takes more input. @returns the output that is complete with it */
  push(input: Float32Array): Float32Array {
    if (this.#up === this.#down) return input;
    const held = new Float32Array(this.#held.length + input.length);
    held.set(this.#held);
    held.set(input, this.#held.length);
    this.#held = held;
    const known = this.#heldAt + held.length - this.#half;
    return this.#make(Math.floor(known * this.#up / this.#down));
  }

  /** Ends the input. @returns the rest of the output */
  end(): Float32Array {
    if (this.#up === this.#down) return new Float32Array();
    const all = this.#heldAt + this.#held.length;
    return this.#make(Math.floor(all * this.#up / this.#down));
  }

  /** The output up to a sample. */
  #make(until: number): Float32Array {
    const output = new Float32Array(Math.max(0, until - this.#made));
    for (let i = 0; i < output.length; i++) {
      const at = this.#made + i;
      const filter = this.#filters[at * this.#down % this.#up];
      const first = this.#inputOf(at) - this.#half - this.#heldAt;
      output[i] = convolve(this.#held, first, filter);
    }
    this.#made += output.length;
    const needed = this.#inputOf(this.#made) - this.#half;
    const gone = Math.min(
      this.#held.length,
      Math.max(0, needed - this.#heldAt),
    );
    this.#held = this.#held.slice(gone);
    this.#heldAt += gone;
    return output;
  }

  #inputOf(output: number): number {
    return Math.floor(output * this.#down / this.#up);
  }
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
