import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "../../.tasks/paths.ts";
import { Scripted } from "../testing/scripted-engine.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import { wavOf } from "../audio/wav.ts";
import { wordErrors, wordsOf } from "./errors-in-words.ts";
import { measure } from "./measuring.ts";
import { readReferences } from "./recordings.ts";
import { tableOf } from "./table.ts";

Deno.test("words are compared without what no reference writes alike", () => {
  assertEquals(wordsOf("“Well-known,” she said: it’s 'fine' – OK?"), [
    ..."well known she said it's fine ok".split(" "),
  ]);
  assertEquals(wordsOf("  ... "), []);
});

Deno.test("errors are the fewest words to change, leave out and put in", () => {
  const cases: [string, string, number, number][] = [
    ["one two three", "One, two three.", 3, 0],
    ["one two three", "one three", 3, 1],
    ["one two three", "one two two three", 3, 1],
    ["one two three", "three two one", 3, 2],
    ["one two three", "", 3, 3],
    ["", "one two", 0, 2],
    ["a b c d", "b c d e", 4, 2],
  ];
  for (const [said, heard, count, wrong] of cases) {
    assertEquals(wordErrors(said, heard), { said: count, wrong }, heard);
  }
});

Deno.test("however two texts differ, errors are between the difference of lengths and the longer one", () => {
  let seed = 7;
  const random = (most: number) =>
    (seed = seed * 48_271 % 2_147_483_647) % (most + 1);
  const text = () =>
    Array.from({ length: random(9) }, () => "abc"[random(2)]).join(" ");
  for (let i = 0; i < 500; i++) {
    const [one, other] = [text(), text()];
    const [m, n] = [wordsOf(one).length, wordsOf(other).length];
    const { wrong } = wordErrors(one, other);
    assert(wrong >= Math.abs(m - n) && wrong <= Math.max(m, n));
    assertEquals(wordErrors(other, one).wrong, wrong);
    assertEquals(wordErrors(one, one).wrong, 0);
  }
});

Deno.test("references are found in each form, and a recording without one is left out", async () => {
  const dir = await Deno.makeTempDir({ prefix: "eval-test-" });
  await Deno.mkdir(`${dir}/libri`);
  for (
    const [name, content] of Object.entries({
      "a.wav": "",
      "a.txt": "Hello there.\n",
      "b.flac": "",
      "c.wav": "",
      "transcription": "<s> ten of clubs  </s> (c)\n",
      "libri/1-2.mp3": "",
      "libri/1.trans.txt": "1-2 HE WAS NOT\n1-3 AN ILL MAN\n",
    })
  ) await Deno.writeTextFile(`${dir}/${name}`, content);
  const found = await readReferences(dir);
  assertEquals(
    found.map(({ path, said }) => [path.slice(dir.length + 1), said]),
    [
      ["a.wav", "Hello there."],
      ["c.wav", "ten of clubs"],
      ["libri/1-2.mp3", "HE WAS NOT"],
    ],
  );
  await Deno.remove(dir, { recursive: true });
});

Deno.test("an engine is measured, and the table says what it did", async () => {
  const dir = await Deno.makeTempDir({ prefix: "eval-test-" });
  const sentence = "hello how are you doing today";
  const pcm = joinPcm(0.2, pcmOf(await speak(sentence)), 0.8);
  await Deno.writeFile(`${dir}/a.wav`, wavOf(pcm));
  await Deno.writeTextFile(`${dir}/a.txt`, "Hello, how are you this day?");
  const engine = await Scripted.hearing(sentence);
  const measured = await measure(engine, await readReferences(dir), "en-US");
  assertEquals(
    [measured.said, measured.wrong, measured.heard, measured.clean],
    [6, 2, 1, 0],
  );
  assertEquals(measured.seconds, pcm.length / 16_000);
  assertEquals(measured.firstWords.length, 1);
  const [head, rule, row] = tableOf([measured]).split("\n");
  assertEquals(new Set([head.length, rule.length, row.length]).size, 1);
  assertMatch(row, /\| one-word \| 1 +\| 6 +\| 33\.3 % +\| 0 of 1 /);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("the task says what it lacks", async () => {
  const main = fromFileUrl(new URL("./main.ts", import.meta.url));
  const dir = await Deno.makeTempDir({ prefix: "eval-test-" });
  for (const args of [[], [dir]]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-all", main, ...args],
    }).output();
    assertEquals(code, 2);
    assertMatch(new TextDecoder().decode(stderr), /^(Say where|There is no)/);
  }
  await Deno.remove(dir);
});
