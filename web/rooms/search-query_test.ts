import { assertEquals } from "@std/assert";
import { readSearch } from "./search-query.ts";

const read = (typed: string, zone = "UTC") => readSearch(typed, { zone });
const wordsOf = (typed: string) =>
  read(typed).terms.map(({ text, whole }) => whole ? `"${text}"` : text);

Deno.test("words, phrases and filters are told apart", () => {
  const found = read('Rye from:Ada  FROM:"Ben B" in:“The Bakery” has:files');
  assertEquals(found, {
    terms: [{ text: "rye", whole: false }],
    from: ["ada", "ben b"],
    in: ["the bakery"],
    has: ["file"],
    unclear: [],
  });
  assertEquals(wordsOf('"red car" fast'), ['"red car"', "fast"]);
  const plain = ["http://x.org", "xfrom:ada", "a:b", "from:", 'from:""'];
  assertEquals(wordsOf(plain.slice(0, 4).join(" ")), plain.slice(0, 4));
  assertEquals(read("has:luck before:soon after:2026-02-30").unclear, [
    "has:luck",
    "before:soon",
    "after:2026-02-30",
  ]);
  assertEquals(read("has:link has:links").has, ["link"]);
});

Deno.test("a day begins at midnight where the person is, also when clocks change", () => {
  const days: [zone: string, date: string, begins: string][] = [
    ["UTC", "2026-11-30", "2026-11-30T00:00:00Z"],
    ["America/New_York", "2026-11-30", "2026-11-30T05:00:00Z"],
    ["Asia/Kolkata", "2026-11-30", "2026-11-29T18:30:00Z"],
    ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"],
    ["Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"],
    ["Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"],
    ["Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z"],
  ];
  for (const [zone, date, begins] of days) {
    const { after, before } = read(`after:${date} before:${date}`, zone);
    assertEquals([zone, after], [zone, Date.parse(begins)]);
    assertEquals(before, after);
  }
  assertEquals(read("after:1970-01-01", "Asia/Kolkata").after, 0);
});
