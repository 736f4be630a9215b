import { assert, assertEquals } from "@std/assert";
import { termsOf } from "../../realtime/text/terms.ts";
import { render } from "preact-render-to-string";
import { Excerpt } from "./Excerpt.tsx";

const html = (text: string, wanted: string) =>
  render(<Excerpt text={text} terms={termsOf(wanted)} />);

Deno.test("every word that was found is marked as it was written", () => {
  const cases: [wanted: string, text: string, html: string][] = [
    ["rye", "Rye and rye", "<mark>Rye</mark> and <mark>rye</mark>"],
    ["strasse", "Straße 3", "<mark>Straße</mark> 3"],
    ["istanbul", "in İstanbul.", "in <mark>İstanbul</mark>."],
    ["cafe", "e cafe\u0301!", "e <mark>cafe\u0301</mark>!"],
    [
      "thursday oven",
      "The oven, on Thursday",
      "The <mark>oven</mark>, on <mark>Thursday</mark>",
    ],
    ["o'brien", "O’Brien", "<mark>O’Brien</mark>"],
    ["b", "<b>x</b>", "&lt;<mark>b</mark>>x&lt;/<mark>b</mark>>"],
    ["κοσ", "ΚΟΣΜΟΣ", "<mark>ΚΟΣ</mark>ΜΟΣ"],
    // Letters before it that grow or shrink when folded.
    ["end", "ﬃİßﷺ end", "ﬃİßﷺ <mark>end</mark>"],
  ];
  for (const [wanted, text, expected] of cases) {
    assertEquals(html(text, wanted), expected);
  }
});

Deno.test("of a long message all that was found is shown, and what is around it", () => {
  const far = "hay ".repeat(300);
  const page = html(`${far}first needle ${far}second needle ${far}`, "needle");
  assertEquals(page.match(/<mark>needle<\/mark>/g)?.length, 2);
  assert(page.startsWith("…") && page.trimEnd().endsWith("…"));
  assert(page.includes("first <mark>") && page.includes("second <mark>"));
  assert(page.length < 500, page);
  assertEquals(html(far, "").length, 281 + 1);
});

Deno.test("no character is cut in two", () => {
  const page = html("😀".repeat(200) + "needle" + "😀".repeat(200), "needle");
  assert(page.isWellFormed());
  assert(html("x" + "😀".repeat(300), "y").isWellFormed());
});
