/** What somebody came with, in words that they recognise. */

/** The most characters of a header that are looked at. */
const LONGEST = 400;

/** The first whose sign is in the header counts: most browsers also claim to be others. */
const BROWSERS: [sign: RegExp, name: string][] = [
  [/\bEdg(A|iOS)?\//, "Edge"],
  [/\b(OPR|OPiOS)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|Chromium|HeadlessChrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: [sign: RegExp, name: string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b/, "Mac"],
  [/\bLinux\b/, "Linux"],
];

/** The browser and the system of a `User-Agent` header, such as “Firefox on Windows”. */
export function softwareOf(header: string | null): string | undefined {
  const text = (header ?? "").slice(0, LONGEST);
  if (text === "") return undefined;
  if (!text.startsWith("Mozilla/")) return "A program";
  const named = (list: [RegExp, string][]) =>
    list.find(([sign]) => sign.test(text))?.[1];
  const browser = named(BROWSERS) ?? "A browser";
  const system = named(SYSTEMS);
  return system === undefined ? browser : `${browser} on ${system}`;
}
