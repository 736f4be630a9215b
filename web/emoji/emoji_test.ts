import { assert, assertEquals } from "@std/assert";
import { parseEmoji, search } from "../client/browser/emoji.ts";
import { withEmoji } from "../../realtime/text/emoji-names.ts";
import { emojiTable } from "./table.ts";
import { emojiTyped } from "../../realtime/text/emoji.ts";
import { reactionTyped } from "./typed.ts";

const table = parseEmoji(emojiTable());

Deno.test("the table has every group, and each emoji is found by its names", () => {
  assertEquals(table.groups.length, 9);
  assertEquals(table.byName.get("tada"), "🎉");
  assertEquals(table.byName.get("+1"), "👍");
  const all = table.groups.flatMap(({ emoji }) => emoji);
  assert(all.length > 1_800);
  assertEquals(new Set(all.map(({ emoji }) => emoji)).size, all.length);
  for (const { emoji, names } of all) {
    for (const name of names) {
      assertEquals([name, table.byName.get(name)], [name, emoji]);
    }
  }
});

Deno.test("a search begins with the names that begin so", () => {
  const found = (word: string) =>
    search(table, word, 8).map(({ emoji }) => emoji);
  assertEquals(found("tada"), ["🎉"]);
  assertEquals(found("hea")[0], "❤️");
  assert(found("party").includes("🎉"), "by a further word");
  assertEquals(found("TADA"), ["🎉"]);
  assertEquals(found("nothing like it"), []);
  assertEquals(found("a").length, 8);
});

Deno.test("names become emoji, but not in code, addresses, words and times", async () => {
  assertEquals(await emojiTyped(":tada: and (:+1:)"), "🎉 and (👍)");
  assertEquals(await emojiTyped(":TADA::tada:"), "🎉🎉");
  for (
    const text of [
      "`:tada:`",
      "```\n:tada:\n```",
      "https://a.test/:tada:",
      "at 10:30:45",
      "a:tada:",
      ":nothing_like_it:",
      "::",
    ]
  ) assertEquals(await emojiTyped(text), text);
});

Deno.test("a page and realtime know the same names", async () => {
  const all = [...table.byName].map(([name]) => `:${name}:`).join(" ");
  const text = `${all} \`:heart:\` :nope: 1:x:`;
  assertEquals(
    withEmoji(text, (name) => table.byName.get(name)),
    await emojiTyped(text),
  );
});

Deno.test("a reaction may be typed as it is, by its name, or without its colours", async () => {
  assertEquals(await reactionTyped(" 🎉 "), "🎉");
  assertEquals(await reactionTyped(":tada:"), "🎉");
  assertEquals(await reactionTyped("❤"), "❤️");
  assertEquals(await reactionTyped("👍🏽"), "👍🏽");
  assertEquals(await reactionTyped("no emoji"), "no emoji");
});
