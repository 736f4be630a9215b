/** Things drawn over a face for tests. */
import type { Point } from "./geometry.ts";
import type { Face } from "./mesh.ts";
import type { Picture } from "./picture.ts";

/** Half the width and the height of a lens, in distances between the eyes. */
const LENS = [0.42, 0.32] as const;
const DARK = [18, 16, 20];
const CLOTH = [150, 190, 215];

/** Sunglasses on a face that stands upright. */
export function wearSunglasses(picture: Picture, face: Face): Picture {
  const { points, eyeDistance } = face;
  const lenses = [[33, 133], [362, 263]].map(([a, b]): Point => [
    (points[a][0] + points[b][0]) / 2,
    (points[a][1] + points[b][1]) / 2,
  ]);
  return drawn(picture, DARK, (x, y) =>
    lenses.some(([u, v]) => {
      const across = (x - u) / (LENS[0] * eyeDistance);
      const down = (y - v) / (LENS[1] * eyeDistance);
      return across ** 4 + down ** 4 < 1;
    }));
}

/** A cloth from the middle of the nose down, as wide as the face. */
export function wearMask(picture: Picture, face: Face): Picture {
  const { points, left, right, bottom } = face;
  const top = points[195][1];
  const middle = (left + right) / 2;
  return drawn(picture, CLOTH, (x, y) => {
    const down = (y - top) / (bottom - top);
    const width = (right - left) / 2 * Math.sqrt(Math.max(0, 1 - down ** 4));
    return down > 0 && down < 1 && Math.abs(x - middle) < width;
  });
}

function drawn(
  { width, height, data }: Picture,
  colour: number[],
  covers: (x: number, y: number) => boolean,
): Picture {
  const copy = { width, height, data: data.slice() };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (covers(x, y)) copy.data.set(colour, (y * width + x) * 4);
    }
  }
  return copy;
}
