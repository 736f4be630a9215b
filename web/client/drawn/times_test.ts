import { assertEquals } from "@std/assert";
import { dayNameOf, dayOf, timeOf, UNKNOWN } from "./times.ts";

const AFTERNOON = Date.UTC(2026, 2, 4, 14, 5);

/** What a browser in a language says the time is. */
async function inLanguage(language: string): Promise<string> {
  const module = new URL("./times.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const { timeOf } = await import(${JSON.stringify(module)});
       console.log(JSON.stringify(timeOf(${AFTERNOON}, {})));`,
    ],
    env: { LANG: language, LC_ALL: language, TZ: "UTC" },
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a server that knows nothing of the reader has 24 hours", () => {
  assertEquals(timeOf(AFTERNOON, UNKNOWN), "14:05");
});

Deno.test("where days have halves, each time names its own", async () => {
  const time = await inLanguage("en_US.UTF-8");
  assertEquals(time.replace(/\s/, " "), "2:05 PM");
});

Deno.test("a moment is on the day it is in the reader's zone", () => {
  const evening = Date.UTC(2026, 2, 4, 22, 30);
  const [tokyo, lima] = ["Asia/Tokyo", "America/Lima"]
    .map((zone) => ({ language: "en-US", zone }));
  assertEquals(dayOf(evening, tokyo), dayOf(evening, lima) + 1);
  assertEquals(dayOf(evening, UNKNOWN), dayOf(evening, lima));
  assertEquals(dayNameOf(evening, tokyo), "March 5, 2026");
  assertEquals(timeOf(evening, tokyo).replace(/\s/, " "), "7:30 AM");
  const { timeZone: zone } = new Intl.DateTimeFormat().resolvedOptions();
  assertEquals(dayOf(evening, { zone }), dayOf(evening, {}));
});

Deno.test("only whose zone is known is told that it was today", () => {
  assertEquals(dayNameOf(Date.now(), { zone: "Asia/Tokyo" }), "Today");
  assertEquals(
    dayNameOf(Date.now() - 864e5, { zone: "Asia/Tokyo" }),
    "Yesterday",
  );
  assertEquals(dayNameOf(AFTERNOON, UNKNOWN), "4 March 2026 (UTC)");
});
