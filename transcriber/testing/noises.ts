/** Sounds that nobody makes with their mouth, the same each time: none of them is words. */
import { SAMPLE_RATE } from "../recognizers/recognizer.ts";

type Sound = (t: number, i: number) => number;

const SECONDS = 3;
const LENGTH = SECONDS * SAMPLE_RATE;

/** Numbers of −1 to 1 that look like chance, the same for the same seed (Park and Miller). */
export function chance(seed: number): () => number {
  let state = seed * 48_271 % 2_147_483_647;
  return () => {
    state = state * 48_271 % 2_147_483_647;
    return state / 1_073_741_823.5 - 1;
  };
}

/** A sound at this loudness: the root of its mean square, of 1. */
function sound(loudness: number, at: Sound): Int16Array<ArrayBuffer> {
  const values = Float64Array.from(
    { length: LENGTH },
    (_, i) => at(i / SAMPLE_RATE, i),
  );
  const rms = Math.sqrt(values.reduce((n, v) => n + v * v, 0) / LENGTH) || 1;
  return Int16Array.from(values, (value) => {
    const scaled = value / rms * loudness * 32_767;
    return Math.max(-32_768, Math.min(32_767, Math.round(scaled)));
  });
}

const sine = (hertz: number, t: number) => Math.sin(2 * Math.PI * hertz * t);

/** Falls to a third in so many seconds, beginning at every `each`. */
const falling = (t: number, each: number, third: number) =>
  Math.exp(-(t % each) / third);

/** What lets pass what is slower than this. */
function lowPass(hertz: number): (value: number) => number {
  const share = 1 - Math.exp(-2 * Math.PI * hertz / SAMPLE_RATE);
  let last = 0;
  return (value) => last += share * (value - last);
}

/** What rings at this pitch. */
function ringing(hertz: number, width: number): (value: number) => number {
  const r = Math.exp(-Math.PI * width / SAMPLE_RATE);
  const a = 2 * r * Math.cos(2 * Math.PI * hertz / SAMPLE_RATE);
  let [one, two] = [0, 0];
  return (value) => {
    const now = value * (1 - r) + a * one - r * r * two;
    [one, two] = [now, one];
    return now;
  };
}

const white = (seed: number): Sound => chance(seed);

function pink(seed: number): Sound {
  const next = chance(seed);
  const slow = [20, 90, 400, 1_600].map(lowPass);
  return () => {
    const value = next();
    return slow.reduce((sum, pass, i) => sum + pass(value) * 8 / 2 ** i, 0);
  };
}

function brown(seed: number): Sound {
  const [next, pass] = [chance(seed), lowPass(30)];
  return () => pass(next());
}

function wind(seed: number): Sound {
  const [next, gust] = [chance(seed), chance(seed + 1)];
  const [pass, slow, tone] = [lowPass(500), lowPass(0.6), ringing(320, 90)];
  return () => {
    const value = next();
    return (pass(value) + 2 * tone(value)) * (0.01 + Math.abs(slow(gust())));
  };
}

const hum = (hertz: number): Sound => (t) =>
  [1, 2, 3, 5, 7].reduce((sum, n) => sum + sine(hertz * n, t) / n, 0);

function fan(seed: number): Sound {
  const [next, pass] = [chance(seed), lowPass(900)];
  return (t) =>
    pass(next()) * (1 + 0.5 * sine(7 + seed, t)) + 0.05 * sine(120, t);
}

/** Bursts of noise that ring, at moments by chance. */
function bursts(
  seed: number,
  each: number,
  third: number,
  ring: [hertz: number, width: number][],
): Sound {
  const [next, when] = [chance(seed), chance(seed + 7)];
  const rings = ring.map(([hertz, width]) => ringing(hertz, width));
  let [begins, level] = [0.4, 1];
  return (t) => {
    if (t > begins + each * 0.9) {
      begins = t + each * (0.3 + 0.3 * when());
      level = 0.7 + 0.3 * when();
    }
    const loud = t < begins ? 0 : level * Math.exp(-(t - begins) / third);
    const value = next() * loud;
    return rings.reduce((sum, pass) => sum + 6 * pass(value), value);
  };
}

/** Notes one after the other, each a number of harmonics. */
const melody =
  (notes: number[], each: number, third: number, harmonics: number): Sound =>
  (t) => {
    const hertz = notes[Math.floor(t / each) % notes.length];
    let sum = 0;
    for (let n = 1; n <= harmonics; n++) sum += sine(hertz * n, t) / n;
    return sum * falling(t, each, third);
  };

const chords =
  (roots: number[], each: number, third: number, harmonics: number): Sound =>
  (t) => {
    const root = roots[Math.floor(t / each) % roots.length];
    let sum = 0;
    for (const step of [1, 1.26, 1.498]) {
      for (let n = 1; n <= harmonics; n++) sum += sine(root * step * n, t) / n;
    }
    return sum * falling(t, each, third);
  };

/** A pitch that moves between two, as a siren or whoever whistles. */
const gliding = (
  low: number,
  high: number,
  each: number,
  harmonics: number,
): Sound => {
  let phase = 0;
  return (t) => {
    const share = 0.5 - 0.5 * Math.cos(2 * Math.PI * t / each);
    phase += (low + (high - low) * share) / SAMPLE_RATE;
    let sum = 0;
    for (let n = 1; n <= harmonics; n++) {
      sum += Math.sin(2 * Math.PI * phase * n) / n;
    }
    return sum;
  };
};

const beeps = (hertz: number[], each: number): Sound => (t) =>
  t % each < each / 2 ? hertz.reduce((sum, one) => sum + sine(one, t), 0) : 0;

/** The same, in pieces: it begins and ends softly each time, and is quiet between. */
const inPieces = (each: number, share: number, of: Sound): Sound => (t, i) => {
  const at = t % each / (each * share);
  const loud = at < 1 ? Math.sin(Math.PI * at) : 0.005;
  return of(t, i) * loud;
};

function plucked(notes: number[], each: number, seed: number): Sound {
  const next = chance(seed);
  let line: number[] = [];
  let at = -1;
  return (t, i) => {
    const note = Math.floor(t / each);
    if (note !== at) {
      at = note;
      const length = Math.round(SAMPLE_RATE / notes[note % notes.length]);
      line = Array.from({ length }, next);
    }
    const here = i % line.length;
    const value = line[here];
    line[here] = 0.497 * (value + line[(i + 1) % line.length]);
    return value;
  };
}

function drums(seed: number): Sound {
  const hat = bursts(seed, 0.25, 0.02, [[6_000, 800]]);
  const snare = bursts(seed + 3, 0.5, 0.06, [[190, 60], [1_800, 900]]);
  return (t) =>
    hat(t, 0) + 2 * snare(t, 0) +
    3 * sine(60, t) * falling(t, 0.5, 0.08);
}

const SCALE = [262, 294, 330, 349, 392, 440, 494, 523];

/** Name → one sound after the other, from quiet to loud. */
const KINDS: Record<string, (seed: number) => Sound> = {
  "white noise": white,
  "pink noise": pink,
  "brown noise": brown,
  "wind": wind,
  "hum": (n) => hum([50, 60, 100][n % 3]),
  "a fan": fan,
  "claps": (n) => bursts(n, 0.5, 0.03, [[1_100, 500], [2_300, 800]]),
  "knocks": (n) => bursts(n, 0.35, 0.04, [[180 + 40 * n, 60]]),
  "a keyboard": (n) => bursts(n, 0.14, 0.008, [[2_800, 1_500], [900, 400]]),
  "coughs": (n) => bursts(n, 0.8, 0.12, [[600, 200], [1_500, 300]]),
  "barks": (n) => bursts(n, 0.6, 0.1, [[500, 60], [1_100, 90], [2_400, 200]]),
  "breath": (n) => bursts(n, 1.6, 0.5, [[1_400, 900]]),
  "rain": (n) => bursts(n, 0.02, 0.003, [[3_500, 2_000]]),
  "drums": drums,
  "a melody": (n) => melody(SCALE.slice(n), 0.4, 0.6, 1),
  "a melody of a clarinet": (n) => melody(SCALE.slice(n % 4), 0.5, 1, 7),
  "a piano's chords": (n) => chords([131 + 20 * n, 175, 196, 147], 0.8, 0.4, 8),
  "an organ's chords": (n) => chords([110, 147 + 9 * n, 98], 1.3, 9, 12),
  "a guitar": (n) => plucked([110, 165 + 10 * n, 220, 277], 0.3, n),
  "a whistle": (n) => gliding(900 + 100 * n, 1_700, 0.9, 1),
  "a siren": (n) => gliding(400, 1_000 + 100 * n, 1.6, 4),
  "a wail": (n) => gliding(250, 600 + 80 * n, 1.2, 10),
  "a whistle in pieces": (n) =>
    inPieces(0.7, 0.6, gliding(1_000 + 100 * n, 1_500, 0.35, 1)),
  "a wail in pieces": (n) =>
    inPieces(0.9, 0.7, gliding(220 + 60 * n, 420, 0.45, 12)),
  "an organ in pieces": (n) =>
    inPieces(0.5, 0.8, chords([110 + 12 * n, 147, 98], 0.5, 9, 12)),
  "beeps": (n) => beeps([1_000 + 300 * n], 0.5),
  "dialling": (n) => beeps([697 + 73 * n, 1_336], 0.25),
};

/** The loudness of each kind's sounds. */
const LOUD = [0.02, 0.06, 0.2];

/** Each sound under its name, 16 kHz mono: {@link KINDS} at three loudnesses. */
export const noises = (): [name: string, pcm: Int16Array<ArrayBuffer>][] =>
  Object.entries(KINDS).flatMap(([kind, make]) =>
    LOUD.map((loudness, n): [string, Int16Array<ArrayBuffer>] => [
      `${kind} ${n + 1}`,
      sound(loudness, make(n + 1)),
    ])
  );
