import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { codeMail, passwordChangedMail, resetMail } from "./account-mails.ts";
import { colours } from "./colours.ts";
import { invitationMail } from "./invitation-mail.ts";
import { newDeviceMail } from "./device-mail.ts";
import { named } from "./names.ts";

const person = { name: "Ada <Lovelace> & “co”", email: "ada@example.com" };
const letters = {
  "a code": codeMail(person, "012345"),
  "a changed password": passwordChangedMail(person),
  "a reset": resetMail(person, "https://chat.example.com/login/reset/a-code"),
  "an invitation": invitationMail({
    to: person.email,
    invitedBy: person.name,
    roomName: "Tea",
    link: "https://chat.example.com/invitations/a-code?x=1&y=2",
    expiresAt: Date.UTC(2026, 10, 29, 12),
  }),
};

Deno.test("days and times are written in one way, with their zone where it matters", () => {
  const device = newDeviceMail({
    ...person,
    network: "192.0.2.0/24",
    at: Date.UTC(2026, 10, 29, 12),
  });
  assertStringIncludes(device.text, "Time: 29 November 2026 at 12:00 UTC");
  assertStringIncludes(
    letters["an invitation"].text,
    "until Sunday 29 November,",
  );
});

/** What a reader sees of the body. */
const wordsOf = (html: string): string[] =>
  html.slice(html.indexOf("<body"))
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&amp;", "&")
    .split(/\s+/).filter(Boolean);

for (const [what, { text, html }] of Object.entries(letters)) {
  Deno.test(`${what} says the same as text and as HTML`, () => {
    const inText = new Set(text.split(/[\s:]+/));
    const inHtml = new Set(wordsOf(html).flatMap((w) => w.split(":")));
    // Both name the address in their own way.
    const ways = ["Or", "open", "this", "address", "--", ""];
    const only = (these: Set<string>, those: Set<string>) =>
      [...these.difference(those)].filter((word) =>
        !ways.includes(word) && !word.startsWith("//")
      );
    assertEquals(only(inText, inHtml), []);
    assertEquals(only(inHtml, inText), []);
  });

  Deno.test(`${what} fetches nothing and runs nothing`, () => {
    assert(!/<(img|script|link|iframe|object|video)|url\(|@import/i.test(html));
    assert(!/ on\w+=/i.test(html));
    const hrefs = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    assert(hrefs.every((href) => href.startsWith("https://chat.example.com/")));
  });
}

Deno.test("names are shown, never linked by mail programs", () => {
  assertEquals(named("Ada Lovelace"), "Ada Lovelace");
  const joined = named("see https://evil.example/x or me@evil.example");
  assert(!/https?:\/\/|\w\.\w|\w@\w/.test(joined));
  assertEquals(
    joined.replaceAll("\u2060", ""),
    "see https://evil.example/x or me@evil.example",
  );
});

Deno.test("names from right to left do not reorder the sentence", () => {
  assertEquals(named("שלום"), "\u2068שלום\u2069");
});

/** An OKLCH colour as sRGB hex: CSS Color 4 §10, the matrices of Björn Ottosson. */
function toHex(lightness: number, chroma: number, hue: number): string {
  const radians = hue * Math.PI / 180;
  const [a, b] = [chroma * Math.cos(radians), chroma * Math.sin(radians)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return "#" + [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const part = linear <= 0.0031308
      ? 12.92 * Math.max(0, linear)
      : 1.055 * linear ** (1 / 2.4) - 0.055;
    return Math.min(255, Math.round(255 * part)).toString(16).padStart(2, "0");
  }).join("");
}

Deno.test("letters have the colours of the product", async () => {
  const css = await Deno.readTextFile(
    new URL("../styles/tokens.css", import.meta.url),
  );
  for (const [name, hexes] of Object.entries(colours)) {
    const token = css.match(new RegExp(`--${name}: light-dark\\((.*)\\);`));
    const colour = /oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/g;
    const wanted = [...(token?.[1] ?? "").matchAll(colour)]
      .map(([, l, c, h]) => toHex(Number(l) / 100, Number(c), Number(h)));
    assertEquals([...hexes], wanted, `--${name} in styles/tokens.css`);
  }
});

/** WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

Deno.test("letters can be read, in light and in dark", () => {
  const pairs = [
    ["text", "page"],
    ["soft", "page"],
    ["text", "sunken"],
    ["on-accent", "accent"],
  ] as const;
  for (const [ink, ground] of pairs) {
    for (const theme of [0, 1]) {
      const [lighter, darker] = [colours[ink][theme], colours[ground][theme]]
        .map(luminance).sort((a, b) => b - a);
      const contrast = (lighter + 0.05) / (darker + 0.05);
      assert(contrast >= 4.5, `${ink} on ${ground}: ${contrast}`);
    }
  }
});
