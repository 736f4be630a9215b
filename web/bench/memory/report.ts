/** What samples of memory say, in words and figures. */
import { median, table } from "../../../realtime/bench/stats.ts";
import type { Heap } from "./inspector.ts";

/** Memory at one moment: bytes, and minutes since the load began. */
export interface Sample extends Heap {
  minutes: number;
  /** Of web: resident, and that of it which is in no file. */
  rss: number;
  anonymous: number;
  /** Of realtime, resident. */
  realtime: number;
}

/** The least-squares slope of points: y for each x. */
export function slope(points: [x: number, y: number][]): number {
  const mean = (of: (point: [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x0, y0] = [mean(([x]) => x), mean(([, y]) => y)];
  const above = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0);
  const below = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  return above / below;
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);

type Measure = "rss" | "used" | "realtime";

/** Bytes an hour, once the first quarter is over: until then caches fill. */
export function hourly(samples: Sample[], of: Measure): number {
  const warm = samples.slice(Math.ceil(samples.length / 4));
  return slope(warm.map((it) => [it.minutes / 60, it[of]]));
}

/** Resident bytes around a moment: the median of five samples, as garbage comes and goes. */
export const around = (samples: Sample[], minutes: number): number =>
  median(
    samples.toSorted((a, b) =>
      Math.abs(a.minutes - minutes) - Math.abs(b.minutes - minutes)
    ).slice(0, 5).map(({ rss }) => rss),
  );

/**
 * The lowest heap in each of so many parts of the run: right after V8 collected by itself, so that
 * garbage it leaves lying for a while counts least.
 */
export function lowest(samples: Sample[], parts: number): Sample[] {
  const size = Math.ceil(samples.length / parts);
  const found: Sample[] = [];
  for (let from = 0; from < samples.length; from += size) {
    const part = samples.slice(from, from + size);
    found.push(part.reduce((low, it) => it.used < low.used ? it : low));
  }
  return found;
}

/** All that was measured, as a table of MB. */
export function sampleTable(samples: Sample[]): string {
  const head = ["min", "web RSS", "anonymous", "heap used", "heap total"];
  head.push("external", "buffers", "realtime RSS");
  return table([
    head,
    ...samples.map((it) => [
      it.minutes.toFixed(1),
      ...[it.rss, it.anonymous, it.used, it.total].map(mb),
      ...[it.external, it.buffers, it.realtime].map(mb),
    ]),
  ]);
}

/** The last line. */
export function lastLine(samples: Sample[]): string {
  const end = samples[samples.length - 1].minutes;
  const warm = end / 4;
  const at = (minutes: number) => mb(around(samples, minutes));
  return `memory: ${at(warm)} MB after ${warm.toFixed(0)} min, ${
    at(end)
  } MB at the end, ${mb(hourly(samples, "rss"))} MB an hour`;
}
