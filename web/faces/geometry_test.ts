import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  apply,
  distance,
  fitSimilarity,
  inverse,
  type Point,
  similarityAt,
  warp,
} from "./geometry.ts";
import { emptyPicture, type Picture, shrink } from "./picture.ts";

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const point = fc.tuple(coordinate, coordinate);
const similarity = fc.record({
  from: point,
  to: point,
  scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
  angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
}).map(({ from, to, scale, angle }) => similarityAt(from, to, scale, angle));

function assertNear(a: Point, b: Point, tolerance = 1e-6) {
  assert(distance(a, b) <= tolerance, `${a} is not near ${b}`);
}

Deno.test("a similarity and its inverse cancel out", () => {
  fc.assert(fc.property(similarity, point, (m, p) => {
    assertNear(apply(inverse(m), apply(m, p)), p);
  }));
});

Deno.test("a similarity keeps the proportions of distances", () => {
  fc.assert(fc.property(similarity, point, point, (m, p, q) => {
    const scale = Math.hypot(m.a, m.b);
    const error = distance(apply(m, p), apply(m, q)) - scale * distance(p, q);
    assert(Math.abs(error) < 1e-6);
  }));
});

Deno.test("fitting finds the similarity that moved the points", () => {
  const eyes: Point[] = [[0, 0], [60, 2], [30, 45]];
  fc.assert(fc.property(similarity, point, (m, p) => {
    const found = fitSimilarity(eyes, eyes.map((eye) => apply(m, eye)));
    assertNear(apply(found, p), apply(m, p), 1e-4);
  }));
});

/** A 4 × 3 picture whose red is 10 × the column and green 10 × the row. */
function gradient(): Picture {
  const picture = emptyPicture(4, 3);
  for (let i = 0; i < 12; i++) {
    picture.data.set([i % 4 * 10, Math.floor(i / 4) * 10, 0, 255], i * 4);
  }
  return picture;
}

Deno.test("warping by nothing copies the colours and leaves out alpha", () => {
  const chip = warp(gradient(), similarityAt([0, 0], [0, 0], 1, 0), 4, 3);
  assertEquals([...chip.subarray(0, 6)], [0, 0, 0, 10, 0, 0]);
  assertEquals([...chip.subarray(33)], [30, 20, 0]);
});

Deno.test("warping interpolates between pixels", () => {
  const halfStep = similarityAt([0.5, 0.5], [0, 0], 1, 0);
  assertEquals([...warp(gradient(), halfStep, 1)], [5, 5, 0]);
});

Deno.test("warping paints black what lies outside the picture", () => {
  const away = similarityAt([100, 100], [0, 0], 1, 0);
  assertEquals([...warp(gradient(), away, 2)], new Array(12).fill(0));
});

Deno.test("warping to a smaller size averages", () => {
  const stripes = emptyPicture(8, 8);
  for (let i = 0; i < 64; i++) stripes.data[i * 4] = i % 2 * 200;
  const quarter = similarityAt([3.5, 3.5], [0.5, 0.5], 0.25, 0);
  const chip = warp(stripes, quarter, 2);
  for (const i of [0, 3, 6, 9]) assert(Math.abs(chip[i] - 100) < 1);
});

Deno.test("shrinking averages blocks, and leaves a small picture alone", () => {
  const picture = gradient();
  assertEquals(shrink(picture, 4), picture);
  const small = shrink(picture, 2);
  assertEquals([small.width, small.height], [2, 1]);
  assertEquals([...small.data], [5, 5, 0, 255, 25, 5, 0, 255]);
});
