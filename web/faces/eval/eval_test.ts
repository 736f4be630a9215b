import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { emptyPicture } from "../picture.ts";
import { encodeJpeg } from "../codec.ts";
import { CLEAR } from "../local.ts";
import { selfieOf } from "../test-photos.ts";
import { countPairs, nearestStrangers } from "./pairs.ts";
import { readPhotos, type UsablePhoto } from "./photos.ts";
import { detOf, detSvg } from "./det.ts";
import { interval, oneIn } from "./rates.ts";
import { summaryOf } from "./report.ts";

/** A photo whose descriptor points in a direction of the plane (radians). */
function at(angle: number, person: string, group?: string): UsablePhoto {
  const descriptor = new Float32Array(512);
  descriptor[0] = Math.cos(angle);
  descriptor[1] = Math.sin(angle);
  return { person, group, file: `${person}/${angle}.jpg`, descriptor };
}

Deno.test("intervals are Wilson's, and three in so many where nothing was seen", () => {
  const [low, high] = interval({ errors: 10, of: 100 });
  assertEquals([low.toFixed(4), high.toFixed(4)], ["0.0552", "0.1744"]);
  assertEquals(interval({ errors: 0, of: 300 }), [0, 0.01]);
  assertEquals(interval({ errors: 0, of: 0 }), [0, 1]);
  assertEquals(oneIn({ errors: 2, of: 300 }), "1/150");
  assertEquals(oneIn({ errors: 0, of: 300 }), "0/300");
});

Deno.test("strangers who match and people who do not are counted, in all and in each group", () => {
  const photos = [
    at(0, "Ann", "x"),
    at(0.1, "Ann", "x"),
    at(3, "Ann", "x"),
    at(0.2, "Bob", "x"),
    at(0.3, "Cid", "y"),
  ];
  const { genuine, impostor, groups } = countPairs(photos, 0.5);
  assertEquals(genuine, { errors: 2, of: 3 });
  // Ann's first two and Bob, both and Cid, Bob and Cid.
  assertEquals(impostor, { errors: 5, of: 7 });
  assertEquals(groups.get("x")?.impostor, { errors: 2, of: 3 });
  assertEquals(groups.get("y"), undefined);
  assertEquals(nearestStrangers(photos, 2), [
    "0.100 0.1.jpg 0.2.jpg",
    "0.100 0.2.jpg 0.3.jpg",
  ]);
});

Deno.test("the curve goes from nobody matching to everybody, and is what is counted at each threshold", () => {
  const photos = [
    at(0, "Ann"),
    at(0.1, "Ann"),
    at(3, "Ann"),
    at(0.2, "Bob"),
    at(0.3, "Cid"),
  ];
  const { curve, marks: [mark] } = detOf(photos, [0.5]);
  const { genuine, impostor } = countPairs(photos, 0.5);
  assertEquals([mark.fnmr, mark.fmr], [genuine, impostor]);
  const last = curve.at(-1)!;
  assertEquals([last.fmr.errors, last.fnmr.errors], [7, 0]);
  for (const [i, point] of curve.entries()) {
    const before = curve[i - 1] ?? point;
    assert(point.fmr.errors >= before.fmr.errors);
    assert(point.fnmr.errors <= before.fnmr.errors);
  }
});

Deno.test("the curve is an image with its band, its thresholds and no number that is none", () => {
  const photos = [at(0, "Ann"), at(0.1, "Ann"), at(0.2, "Bob")];
  for (const some of [photos, [], photos.slice(0, 1)]) {
    const svg = detSvg(detOf(some, [CLEAR]));
    assertMatch(
      svg,
      /^<svg xmlns[^]*<title>[^]*<polygon[^]*<polyline[^]*<circle/,
    );
    assert(!/NaN|Infinity/.test(svg));
  }
  const strangers = Array.from({ length: 40 }, (_, n) => at(n / 8, `${n}`));
  const { marks } = detOf([...strangers, at(0.001, "0")], [0.01]);
  assertEquals(interval(marks[0].fmr), [0, 3 / 819]);
  assertMatch(
    detSvg({ curve: [], marks }),
    /up to 0.01: FMR 0\/819, FNMR 0.0 %/,
  );
});

Deno.test("a folder of people's photos comes to one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const person of ["ada", "grace"] as const) {
      await Deno.mkdir(join(folder, person));
      for (const variant of ["front", "second"] as const) {
        const file = join(folder, person, `${variant}.jpg`);
        await Deno.writeFile(file, await selfieOf(person, variant));
      }
    }
    const wall = await encodeJpeg(emptyPicture(640, 480));
    await Deno.writeFile(join(folder, "ada", "wall.jpg"), wall);
    await Deno.writeTextFile(
      join(folder, "groups.csv"),
      "ada,women\ngrace,women\n",
    );
    const photos = await readPhotos(folder);
    assertEquals([...photos.refusals], [["face-none", 1]]);
    const summary = summaryOf(photos, countPairs(photos.usable, CLEAR));
    assertEquals(
      summary,
      "faces: 2 people, 5 photos, refused 20.0 %, FMR 0/4 (upper bound 1/1), " +
        "FNMR 0.0 %, worst group women FMR 0/4",
    );
    assertMatch(summary, /^faces: /);
    assert(photos.usable.every(({ group }) => group === "women"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
