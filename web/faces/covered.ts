/** Whether something covers the eyes or the mouth of a face: glasses against the sun, a mask, a hand. */
import { BIAS, LINEAR, MEAN, SPREAD, SQUARE } from "./covered-weights.ts";
import { CHIP_SIZE } from "./descriptor.ts";

/** Cells along a side of the aligned face. */
const CELLS = 14;
const STEP = CHIP_SIZE / CELLS;
/** Of each cell: how light, how lively, how red and how blue it is. */
const KINDS = 4;

/**
 * What can be seen where on an aligned face, as `alignFace` makes it: for each of 14 × 14 cells
 * how light, lively, red and blue it is, against the face as a whole.
 */
export function cellsOf(chip: Float32Array): Float32Array {
  const cells = new Float32Array(CELLS * CELLS * KINDS);
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      cells.set(cellAt(chip, row, column), (row * CELLS + column) * KINDS);
    }
  }
  const means = [0, 1, 2, 3].map((kind) => {
    let sum = 0;
    for (let i = kind; i < cells.length; i += KINDS) sum += cells[i];
    return sum / (CELLS * CELLS);
  });
  const light = Math.max(1, means[0]);
  return cells.map((value, i) => {
    const kind = i % KINDS;
    return (kind === 1 ? value : value - means[kind]) / light;
  });
}

function cellAt(chip: Float32Array, row: number, column: number) {
  let [light, squares, red, blue] = [0, 0, 0, 0];
  for (let y = row * STEP; y < (row + 1) * STEP; y++) {
    for (let x = column * STEP; x < (column + 1) * STEP; x++) {
      const i = (y * CHIP_SIZE + x) * 3;
      const luma = 0.299 * chip[i] + 0.587 * chip[i + 1] + 0.114 * chip[i + 2];
      light += luma;
      squares += luma * luma;
      red += chip[i] - luma;
      blue += chip[i + 2] - luma;
    }
  }
  const count = STEP * STEP;
  const mean = light / count;
  const spread = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return [mean, spread, red / count, blue / count];
}

/** Above this a photo is not enrolled. */
export const MAX_COVER = 1.2;

/** Spreads at most this many deviations from what is usual count. */
const FURTHEST = 4;

/**
 * How much an aligned face looks as if something covered its eyes or mouth: above 0 more than
 * not. A logistic regression over how unusual each cell is, learned from photos of LFW and the
 * same photos with sunglasses, masks and hands drawn on them; see README.md.
 */
export function coverOf(chip: Float32Array): number {
  const cells = cellsOf(chip);
  let score = BIAS;
  for (let i = 0; i < cells.length; i++) {
    const deviation = (cells[i] - MEAN[i]) / SPREAD[i];
    const z = Math.max(-FURTHEST, Math.min(FURTHEST, deviation));
    score += LINEAR[i] * z / 4 + SQUARE[i] * (z * z - 1) / 8;
  }
  return score;
}
