import { assert, assertEquals } from "@std/assert";
import { check, type Record } from "./check.ts";

const SAID = [{ number: 1, names: ["Ann", "Ida"] }];
const push = (more: object = {}) => ({
  ...{ device: "phone", number: 1, tag: "t", at: 1_000, isLost: false },
  ...more,
});
const mail = (more: object = {}) => ({
  ...{ address: "Ida", numbers: [1], id: "<1>", at: 1_000 },
  ...more,
});
const judged = (more: Partial<Record>) =>
  check({
    ...{ said: SAID, devices: new Map([["Ann", ["phone"]]]), kills: [] },
    ...{ arrived: [push()], mailed: [mail()], addressOf: (name) => name },
    ...more,
  });

Deno.test("what was missed, and what came twice, is told from what only came again", () => {
  const sound = { wanted: 2, missed: [], twice: [], again: 0 };
  assertEquals(judged({}), sound);
  assertEquals(judged({ arrived: [] }).missed, ["phone 1"]);
  assertEquals(judged({ mailed: [] }).missed, ["e-mail Ida 1"]);
  const later = push({ at: 9_000 });
  assertEquals(judged({ arrived: [push(), later] }).twice, [
    "phone 1 at 1000 and 9000",
  ]);
  const kills = [1_500];
  const again = { ...sound, again: 1 };
  assertEquals(judged({ arrived: [push(), later], kills }), again);
  const lost = push({ isLost: true });
  assertEquals(judged({ arrived: [lost, later] }), again);
  const other = push({ at: 9_000, tag: "other" });
  assertEquals(judged({ arrived: [lost, other] }).twice, [
    "phone 1 at 1000 and 9000",
  ]);
  const both = [mail(), mail({ address: "Ann" })];
  assertEquals(judged({ mailed: both }).twice, ["e-mail Ann 1"]);
  assertEquals(judged({ mailed: [mail(), mail({ id: "<2>" })] }).twice, [
    "e-mail Ida 1 at 1000 and 1000",
  ]);
});

Deno.test("the short form of deno task faults:notifications ends in zeros", async () => {
  const main = new URL("main.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", main, "--seconds", "6"],
    stderr: "inherit",
  }).output();
  const output = new TextDecoder().decode(stdout);
  assert(output.includes(": 0 missed, 0 twice"), output);
  assertEquals(code, 0, output);
});
