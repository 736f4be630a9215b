/**
 * The DET curve (ISO/IEC 19795-1): how often people are not recognised against how often strangers
 * are, at every threshold, on logarithmic axes, with the intervals of {@link interval}.
 */
import { distancesOf, type Pair } from "./pairs.ts";
import { interval, oneIn, percent, type Tally } from "./rates.ts";

/** What goes wrong when photos up to `threshold` apart match. */
export interface DetPoint {
  threshold: number;
  /** Strangers who match. */
  fmr: Tally;
  /** One person's photos that do not. */
  fnmr: Tally;
}

/** Thresholds that are looked at: more would be finer than a line. */
const STEPS = 400;

/** How many of a sorted list are at most so large. */
function upTo(sorted: Float32Array, most: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] <= most) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The points of the curve, by growing threshold, and one for each threshold of `marked`. */
export function detOf(
  pairs: Iterable<Pair>,
  marked: number[] = [],
): { curve: DetPoint[]; marks: DetPoint[] } {
  const { genuine, impostor } = distancesOf(pairs);
  const at = (threshold: number): DetPoint => ({
    threshold,
    fmr: { errors: upTo(impostor, threshold), of: impostor.length },
    fnmr: {
      errors: genuine.length - upTo(genuine, threshold),
      of: genuine.length,
    },
  });
  const first = Math.min(genuine[0] ?? 0, impostor[0] ?? 0);
  const last = Math.max(genuine.at(-1) ?? 0, impostor.at(-1) ?? 0);
  const curve = Array.from(
    { length: STEPS + 1 },
    (_, n) => at(first + (last - first) * n / STEPS),
  );
  return { curve, marks: marked.map(at) };
}

const SIZE = 640, LEFT = 80, TOP = 40;
/** Decades that are drawn: from 1 in 100,000 to all. */
const DECADES = 5;

/** Where a rate is on an axis, from 0 to 1; what is smaller than is drawn, at its beginning. */
const place = (rate: number): number =>
  Math.max(0, 1 + Math.log10(Math.max(rate, 1e-12)) / DECADES);
const x = (rate: number): string => (LEFT + place(rate) * SIZE).toFixed(1);
const y = (rate: number): string => (TOP + (1 - place(rate)) * SIZE).toFixed(1);

const rateOf = ({ errors, of }: Tally): number => errors / Math.max(1, of);
const pointsOf = (rates: [fmr: number, fnmr: number][]): string =>
  rates.map(([fmr, fnmr]) => `${x(fmr)},${y(fnmr)}`).join(" ");

const text = (left: string, top: string, said: string, more = ""): string =>
  `<text x="${left}" y="${top}" ${more}>${said}</text>`;

function axes(): string {
  const lines: string[] = [];
  for (let n = 0; n <= DECADES; n++) {
    const rate = 10 ** -n;
    const said = `${Number((rate * 100).toPrecision(3))} %`;
    lines.push(
      `<path d="M${x(rate)} ${TOP}V${TOP + SIZE}M${LEFT} ${y(rate)}H${
        LEFT + SIZE
      }" class="grid"/>`,
      text(x(rate), `${TOP + SIZE + 20}`, said, 'text-anchor="middle"'),
      text(`${LEFT - 8}`, `${Number(y(rate)) + 4}`, said, 'text-anchor="end"'),
    );
  }
  const middle = `${LEFT + SIZE / 2}`;
  return lines.join("") +
    text(
      middle,
      `${TOP + SIZE + 48}`,
      "Strangers who match (FMR)",
      'text-anchor="middle"',
    ) +
    `<text transform="translate(18 ${
      TOP + SIZE / 2
    }) rotate(-90)" text-anchor="middle">One person’s photos that do not (FNMR)</text>`;
}

/** A threshold in use: its point, with what it may be at 95 % confidence. */
function markOf({ threshold, fmr, fnmr }: DetPoint): string {
  const [fmrLow, fmrHigh] = interval(fmr);
  const [fnmrLow, fnmrHigh] = interval(fnmr);
  const [a, b] = [rateOf(fmr), rateOf(fnmr)];
  const said = `up to ${threshold}: FMR ${oneIn(fmr)}, FNMR ${percent(b)}`;
  return `<path d="M${x(fmrLow)} ${y(b)}H${x(fmrHigh)}M${x(a)} ${y(fnmrLow)}V${
    y(fnmrHigh)
  }" class="bar"/><circle cx="${x(a)}" cy="${y(b)}" r="4"/>` +
    text(`${Number(x(a)) + 8}`, `${Number(y(b)) - 8}`, said);
}

const STYLE = "text{font:13px sans-serif;fill:#222}.grid{stroke:#ddd}" +
  ".band{fill:#4472c4;opacity:.2}.curve{fill:none;stroke:#4472c4;stroke-width:2}" +
  ".bar{stroke:#b3261e;stroke-width:1.5}circle{fill:#b3261e}";

/** The curve as an SVG image, with the band it may be in at 95 % confidence. */
export function detSvg(
  { curve, marks }: { curve: DetPoint[]; marks: DetPoint[] },
): string {
  const middle = curve.map((it) =>
    [rateOf(it.fmr), rateOf(it.fnmr)] as [number, number]
  );
  const edge = (which: 0 | 1) =>
    curve.map((it) =>
      [interval(it.fmr)[which], interval(it.fnmr)[which]] as [number, number]
    );
  const band = [...edge(1), ...edge(0).reverse()];
  const title = "How often the face engine errs (DET), with 95 % confidence";
  const [width, height] = [LEFT + SIZE + 40, TOP + SIZE + 70];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" role="img"><title>${title}</title>` +
    `<style>${STYLE}</style><rect width="${width}" height="${height}" fill="#fff"/>` +
    axes() + text(`${LEFT}`, "24", title) +
    `<polygon points="${pointsOf(band)}" class="band"/>` +
    `<polyline points="${pointsOf(middle)}" class="curve"/>` +
    marks.map(markOf).join("") + "</svg>\n";
}
