import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { emptyPicture } from "../picture.ts";
import { encodeJpeg } from "../codec.ts";
import { CLEAR } from "../local.ts";
import { selfieOf } from "../test-photos.ts";
import { countPairs, nearestStrangers } from "./pairs.ts";
import { readPhotos, type UsablePhoto } from "./photos.ts";
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
