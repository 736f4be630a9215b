import { assertEquals } from "@std/assert";
import { googleLanguage } from "./languages.ts";

Deno.test("a browser's language becomes Google's own tag for it", () => {
  const cases: [string, string | null][] = [
    ["en-US", "en-US"],
    ["EN-gb", "en-GB"],
    ["en", "en-US"],
    ["en-FR", "en-US"],
    ["de", "de-DE"],
    ["zh-CN", "cmn-Hans-CN"],
    ["zh-TW", "cmn-Hant-TW"],
    ["zh-HK", "yue-Hant-HK"],
    ["he-IL", "iw-IL"],
    ["nb-NO", "no-NO"],
    ["pa-IN", "pa-Guru-IN"],
    ["tlh-KX", null],
    ["", null],
  ];
  for (const [tag, expected] of cases) {
    assertEquals(googleLanguage(tag), expected, tag);
  }
});
