import type { Picture } from "./picture.ts";

/** A position in a picture: pixels from the top left, x first. */
export type Point = readonly [x: number, y: number];

/**
 * Rotation, uniform scale and shift, as `x' = a·x − b·y + tx` and
 * `y' = b·x + a·y + ty`.
 */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/** The similarity that turns by `angle` (radians), scales and carries `from` to `to`. */
export function similarityAt(
  from: Point,
  to: Point,
  scale: number,
  angle: number,
): Similarity {
  const a = scale * Math.cos(angle);
  const b = scale * Math.sin(angle);
  return {
    a,
    b,
    tx: to[0] - (a * from[0] - b * from[1]),
    ty: to[1] - (b * from[0] + a * from[1]),
  };
}

/**
 * The similarity that brings the points `from` nearest to `to` in the least
 * squares sense (Umeyama 1991, without reflection). At least two distinct points.
 */
export function fitSimilarity(from: Point[], to: Point[]): Similarity {
  const fromMean = mean(from);
  const toMean = mean(to);
  let a = 0;
  let b = 0;
  let spread = 0;
  from.forEach((point, i) => {
    const x = point[0] - fromMean[0];
    const y = point[1] - fromMean[1];
    const u = to[i][0] - toMean[0];
    const v = to[i][1] - toMean[1];
    a += x * u + y * v;
    b += x * v - y * u;
    spread += x * x + y * y;
  });
  const scale = Math.hypot(a, b) / spread;
  return similarityAt(fromMean, toMean, scale, Math.atan2(b, a));
}

/** Where `m` carries a point. */
export function apply(m: Similarity, [x, y]: Point): Point {
  return [m.a * x - m.b * y + m.tx, m.b * x + m.a * y + m.ty];
}

/** The similarity that undoes `m`. */
export function inverse({ a, b, tx, ty }: Similarity): Similarity {
  const square = a * a + b * b;
  const ia = a / square;
  const ib = -b / square;
  return { a: ia, b: ib, tx: -(ia * tx - ib * ty), ty: -(ib * tx + ia * ty) };
}

export function distance(p: Point, q: Point): number {
  return Math.hypot(p[0] - q[0], p[1] - q[1]);
}

/** The point half-way. */
export function middle(p: Point, q: Point): Point {
  return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
}

function mean(points: Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point[0];
    y += point[1];
  }
  return [x / points.length, y / points.length];
}

/**
 * Draws the part of a picture that `m` (picture → chip) carries into a chip of
 * `width` × `height`: floats 0 to 255, three a pixel (red, green, blue). What lies
 * outside the picture is black. Shrinking averages up to 4 × 4 samples a pixel,
 * because the networks see aliasing as texture.
 */
export function warp(
  picture: Picture,
  m: Similarity,
  width: number,
  height = width,
): Float32Array {
  const chip = new Float32Array(width * height * 3);
  const back = inverse(m);
  const grid = Math.max(1, Math.min(4, Math.round(Math.hypot(back.a, back.b))));
  const share = 1 / (grid * grid);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      for (let s = 0; s < grid * grid; s++) {
        const u = x + (s % grid + 0.5) / grid - 0.5;
        const v = y + (Math.floor(s / grid) + 0.5) / grid - 0.5;
        addSample(
          chip,
          at,
          picture,
          back.a * u - back.b * v + back.tx,
          back.b * u + back.a * v + back.ty,
          share,
        );
      }
    }
  }
  return chip;
}

/** Adds the bilinear sample of `picture` at (x, y), times `weight`, to three floats of `chip`. */
function addSample(
  chip: Float32Array,
  at: number,
  { width, height, data }: Picture,
  x: number,
  y: number,
  weight: number,
) {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < -1 || top < -1 || left >= width || top >= height) return;
  const fx = x - left;
  const fy = y - top;
  for (let corner = 0; corner < 4; corner++) {
    const px = left + (corner & 1);
    const py = top + (corner >> 1);
    if (px < 0 || py < 0 || px >= width || py >= height) continue;
    const w = (corner & 1 ? fx : 1 - fx) * (corner >> 1 ? fy : 1 - fy) * weight;
    const pixel = (py * width + px) * 4;
    chip[at] += data[pixel] * w;
    chip[at + 1] += data[pixel + 1] * w;
    chip[at + 2] += data[pixel + 2] * w;
  }
}
