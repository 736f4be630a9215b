import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { emptyPicture } from "../picture.ts";
import { encodeJpeg } from "../codec.ts";
import { CLEAR, UNCLEAR } from "../local.ts";
import { startAws } from "../standins/aws.ts";
import { selfieOf } from "../test-photos.ts";
import {
  countPairs,
  describedPairs,
  nearestStrangers,
  somePairs,
} from "./pairs.ts";
import type { UsablePhoto } from "./photos.ts";
import { detOf, detSvg } from "./det.ts";
import { measure } from "./engines.ts";
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
  const { genuine, impostor, groups } = countPairs(describedPairs(photos), 0.5);
  assertEquals(genuine, { errors: 2, of: 3 });
  // Ann's first two and Bob, both and Cid, Bob and Cid.
  assertEquals(impostor, { errors: 5, of: 7 });
  assertEquals(groups.get("x")?.impostor, { errors: 2, of: 3 });
  assertEquals(groups.get("y"), undefined);
  assertEquals(nearestStrangers(describedPairs(photos), 2), [
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
  const { curve, marks: [mark] } = detOf([...describedPairs(photos)], [0.5]);
  const { genuine, impostor } = countPairs(describedPairs(photos), 0.5);
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
    const svg = detSvg(detOf([...describedPairs(some)], [CLEAR]));
    assertMatch(
      svg,
      /^<svg xmlns[^]*<title>[^]*<polygon[^]*<polyline[^]*<circle/,
    );
    assert(!/NaN|Infinity/.test(svg));
  }
  const strangers = Array.from({ length: 40 }, (_, n) => at(n / 8, `${n}`));
  const { marks } = detOf(
    [...describedPairs([...strangers, at(0.001, "0")])],
    [0.01],
  );
  assertEquals(interval(marks[0].fmr), [0, 3 / 819]);
  assertMatch(
    detSvg({ curve: [], marks }),
    /up to 0.01: FMR 0\/819, FNMR 0.0 %/,
  );
});

Deno.test("as many pairs of each kind are compared as one may, from all over", () => {
  const people = ["Ann", "Bob", "Cid", "Dot"];
  const photos = people.flatMap((person) =>
    [0, 1, 2, 3, 4].map((angle) => at(angle, person))
  );
  const isGenuine = ([a, b]: [UsablePhoto, UsablePhoto]) =>
    a.person === b.person;
  for (const most of [1, 7, 20, 1000]) {
    const some = somePairs(photos, most);
    const genuine = some.filter(isGenuine);
    // Four times ten pairs of one person; all others are of two.
    assertEquals(genuine.length, Math.min(most, 40));
    assertEquals(some.length - genuine.length, Math.min(most, 150));
    if (most < 20) continue;
    assertEquals(new Set(genuine.map(([{ person }]) => person)).size, 4);
  }
  assertEquals(somePairs([], 5), []);
});

/** A folder with two photos each of two people, and one of a wall. */
async function labelled(): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const person of ["ada", "grace"] as const) {
    await Deno.mkdir(join(folder, person));
    for (const variant of ["front", "second"] as const) {
      const file = join(folder, person, `${variant}.jpg`);
      await Deno.writeFile(file, await selfieOf(person, variant));
    }
  }
  const wall = await encodeJpeg(emptyPicture(640, 480));
  await Deno.writeFile(join(folder, "ada", "wall.jpg"), wall);
  const groups = "ada,women\ngrace,women\n";
  await Deno.writeTextFile(join(folder, "groups.csv"), groups);
  return folder;
}

const SUMMARY =
  "faces: 2 people, 5 photos, refused 20.0 %, FMR 0/4 (upper bound 1/1), " +
  "FNMR 0.0 %, worst group women FMR 0/4";

Deno.test("a folder of people's photos comes to one line", async () => {
  const folder = await labelled();
  try {
    const { engine, photos, pairs, thresholds } = await measure({}, folder, {
      most: 1,
    });
    assertEquals(engine, "local engine");
    assertEquals([...photos.refusals], [["face-none", 1]]);
    assertEquals(thresholds.map(({ distance }) => distance), [CLEAR, UNCLEAR]);
    assertEquals(summaryOf(photos, countPairs(pairs, CLEAR)), SUMMARY);
    assert(photos.usable.every(({ group }) => group === "women"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("where AWS is set up the task measures Rekognition, with its threshold", async () => {
  const folder = await labelled();
  const aws = startAws();
  const svg = join(folder, "det.svg");
  const main = new URL("main.ts", import.meta.url).pathname;
  const run = async (env: Record<string, string>, ...more: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", main, folder, "--svg", svg, ...more],
      env: { ...aws.env, ...env },
    }).output();
    const text = new TextDecoder();
    return { code, said: text.decode(stdout), failed: text.decode(stderr) };
  };
  try {
    const { said, failed } = await run({ FACE_MATCH_THRESHOLD: "90" });
    const lines = said.trimEnd().split("\n");
    assertEquals([lines[0], lines.at(-1)], ["measured: Rekognition", SUMMARY]);
    assertMatch(said, /^90 % alike and more.*: up to 10$/m, failed);
    assertMatch(
      said,
      /all: FMR 0\/4 \(0 of 4, 0 to 1\/1\), FNMR 0.0 % \(of 2, 0.0 % to 100.0 %\)/,
    );
    assertMatch(await Deno.readTextFile(svg), /up to 10: FMR 0\/4, FNMR 0.0 %/);
    const asked = aws.rekognition.calls.map(({ operation }) => operation);
    const count = (name: string) => asked.filter((it) => it === name).length;
    assertEquals([count("DetectFaces"), count("CompareFaces")], [5, 6]);
    for (const { operation, input } of aws.rekognition.calls) {
      if (operation !== "CompareFaces") continue;
      const { SimilarityThreshold, QualityFilter } = input;
      assertEquals([SimilarityThreshold, QualityFilter], [0, "AUTO"]);
    }
    assertMatch((await run({}, "--pairs", "1")).said, /FMR 0\/1 .*of 1,/);
    // Half a measurement is none.
    const fault = { code: "InvalidSignatureException", status: 400 };
    aws.rekognition.faults.always("CompareFaces", fault);
    const broken = await run({});
    assert(broken.code !== 0 && !broken.said.includes("FMR"), broken.said);
  } finally {
    await aws.close();
    await Deno.remove(folder, { recursive: true });
  }
});
