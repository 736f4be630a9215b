import { assertEquals } from "@std/assert";
import { shortTimeOf, timeOf } from "./times.ts";

const AFTERNOON = Date.UTC(2026, 2, 4, 14, 5);

/** What a browser in a language says the time is. */
async function inLanguage(language: string): Promise<string[]> {
  const module = new URL("./times.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const { shortTimeOf, timeOf } = await import(${JSON.stringify(module)});
       const all = [timeOf, shortTimeOf].map((of) => of(${AFTERNOON}, true));
       console.log(JSON.stringify(all));`,
    ],
    env: { LANG: language, LC_ALL: language, TZ: "UTC" },
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the server has 24 hours, however short", () => {
  assertEquals(timeOf(AFTERNOON, false), "14:05");
  assertEquals(shortTimeOf(AFTERNOON, false), "14:05");
});

Deno.test("where days have halves, the short time does without their name", async () => {
  const [long, short] = await inLanguage("en_US.UTF-8");
  assertEquals(long.replace(/\s/, " "), "2:05 PM");
  assertEquals(short, "2:05");
});
